import type { Specs } from '../../domain/specs.ts';
import { parseSpecs } from '../homepage/specs.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { keyValues } from '../hosts/root/root.ts';

/** What a host tells about itself before the service has been set up. */
export interface FirstLook {
  /** IANA time zone; empty if the host has none. */
  readonly zone: string;
  readonly sudo: 'nopasswd' | 'password';
  /** The unit that reads the accounts of the ID server; undefined if the host has none. */
  readonly sync: string | undefined;
  readonly specs: Specs;
}

/** The unit that first-look.sh looks for. The answer of an unverified host never becomes a command. */
const SYNC_UNIT = 'bacchus-nss-sync.service';
const LOOK_MS = 30_000;

/** Looks at a host as its administrators' account, without sudo. A host without GPUs reports none. @throws ApplicationFailure `Unreachable` */
export async function firstLook(remote: Pick<Remote, 'run'>, host: string): Promise<FirstLook> {
  const ask = (name: string) => remote.run(host, { name, args: [], sudo: false }, { deadlineMs: LOOK_MS });
  const { zone = '', sudo, sync } = keyValues(await ask('first-look'));
  // It fails where there is no driver, as on a storage host.
  const specs = parseSpecs(await ask('specs').catch(() => ''));
  return {
    zone,
    sudo: sudo === 'nopasswd' ? 'nopasswd' : 'password',
    sync: sync === SYNC_UNIT ? sync : undefined,
    specs,
  };
}
