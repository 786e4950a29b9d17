import { refuse } from '../../failures.ts';
import type { Remote, Script } from './remote.ts';
import { scriptText } from './scripts.ts';
import { createRemote, type RemoteDependencies } from './ssh.ts';

/** The scripts that plans and checks need. No other script runs. */
const LOOKS: ReadonlySet<string> = new Set([
  'check-account',
  'check-boot',
  'check-layout',
  'check-machine',
  'check-storage',
  'addresses',
  'exempt-uids',
  'last-logins',
  'leftovers',
  'list-backups',
  'list-jobs',
  'list-snapshots',
  'list-trash',
  'list-tree',
  'look-accounts',
  'look-backup',
  'look-root',
  'ranges',
  'nfs-clients',
  'packages',
  'read-acts',
  'site-checks',
  'size-backups',
  'specs',
]);

/** Counting the files of a full disk takes long. It does not block other work. */
const JOB_MS = 4 * 60 * 60_000;

/**
 * The fleet for inspection: runs only known scripts, each in its own mount namespace, in which every real file system is
 * read-only (`look-only.sh`). Remote jobs run within the connection and leave no record.
 * @throws ApplicationFailure as `Remote`; `CommandFailed` for any other script
 */
export function createLookOnlyRemote({ site, secrets }: Pick<RemoteDependencies, 'site' | 'secrets'>): Remote {
  const remote = createRemote({ site, secrets, textOf: (name) => scriptText(name, 'look-only') });
  const demandLook = (host: string, { name, args }: Script) => {
    // With an argument it runs `accounts.sync`.
    if (!LOOKS.has(name) || (name === 'look-accounts' && args.length > 0))
      throw refuse('CommandFailed', `${host}: ${name} is not a read-only script: nothing was run`);
  };
  return {
    ...remote,
    async run(host, script, options) {
      demandLook(host, script);
      return await remote.run(host, script, options);
    },
    async job(host, _ref, script) {
      demandLook(host, script);
      const text = await remote.run(host, script, { deadlineMs: JOB_MS });
      return { unit: '', exitStatus: 0, tail: text.slice(-16 * 1024), attached: false };
    },
  };
}
