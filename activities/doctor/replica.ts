import type { ReplicaHost, Site } from '../../domain/site.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { listThere } from '../hosts/replica/replica.ts';
import { LOGIN_LOCK } from '../hosts/root/private.ts';
import { runCheck, skipped } from './check.ts';
import { clockOf, checkHostKey, spaceOf } from './findings.ts';
import type { DoctorCheck } from './contract.ts';

/** Checks the replica host: key, login and sudo, clock, space, and whether its top level can be read. */
export async function checkReplica(
  { site, look, clock }: { site: Site; look: Remote; clock: () => Date },
  replica: ReplicaHost,
): Promise<readonly DoctorCheck[]> {
  const { name } = replica;
  const key = await runCheck('host key', name, `power ${name} on, or repair its sshd`, () =>
    checkHostKey(site, replica),
  );
  if (key.state === 'wrong') return [key, skipped('sudo', name, 'the host key first')];
  let machine = '';
  const asked = clock().getTime();
  const rise = `check \`replica:\` in site.yaml, SEMESTER_SSH_KEY, SEMESTER_SSH_PASSWORD, and sudoers on ${name}`;
  const sudo = await runCheck('sudo', name, rise, async () => {
    machine = await look.run(name, { name: 'check-machine', args: [`/${LOGIN_LOCK}`, '/', replica.toplevel] });
    return { found: replica.sudo === 'password' ? 'root, with the password' : 'root, without a password' };
  });
  if (sudo.state === 'wrong') return [key, sudo, skipped('layout', name, 'sudo first')];
  const answered = clock().getTime();
  const fstab = `add an fstab entry with subvolid=5 for ${replica.toplevel} on ${name}`;
  return [
    key,
    sudo,
    await runCheck('clock', name, `enable time synchronisation on ${name}`, () => clockOf(machine, asked, answered)),
    await runCheck('free space', name, `make room on ${name}`, () => spaceOf(machine)),
    await runCheck('layout', name, fstab, async () => ({
      found: `${(await listThere(look, replica)).filter(({ path }) => !path.includes('/')).length} backups`,
    })),
  ];
}
