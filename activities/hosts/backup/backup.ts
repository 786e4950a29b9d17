import { dateIn } from '../../../domain/calendar.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { Exemption, Site } from '../../../domain/site.ts';
import { refuse, isFailure } from '../../failures.ts';
import { exemptOnHosts, type HostDependencies } from '../dependencies.ts';
import { zeroEnded } from '../remote/names.ts';
import { keyValues } from '../root/root.ts';
import { digestParts } from '../remote/scripts.ts';
import type { StepRef } from '../../../domain/step.ts';
import type { BackupActivities } from './contract.ts';

/**
 * R4. See `HostActivities.takeBackup`. Any snapshot younger than `since` counts, so the result of an interrupted try or
 * of a person's own command is reused.
 * @throws ApplicationFailure `VerificationFailed` if done by hand and no snapshot exists
 */
export function takeBackup({
  site,
  remote,
  clock,
}: Pick<HostDependencies, 'site' | 'remote' | 'clock'>): BackupActivities['takeBackup'] {
  return async ({ ref, since, keep = [] }): Promise<Proof<'backup'>> => {
    const current = await site();
    const { layout, storage, hosts } = current;
    const names = hosts.map(({ name }) => name);
    const unsynced = ref.byHand ? [] : await syncClients(remote, names, layout.home);
    let taken = await take(remote, current, { ref, since, now: clock() });
    let check = await spotCheck(remote, current, taken, exemptOnHosts(current, clock, keep));
    if (check.differing.length > 0 && !ref.byHand && !taken.made) {
      // A user has written since then, so take a newer snapshot.
      taken = await take(remote, current, { ref, since: clock().toISOString(), now: clock() });
      check = await spotCheck(remote, current, taken, exemptOnHosts(current, clock, keep));
    }
    const { facts, path, uuid } = taken;
    if (check.differing.length > 0) {
      throw refuse(
        'VerificationFailed',
        `${storage.name}: ${path} differs from ${layout.home}: ${check.differing.slice(0, 5).join(', ')}. Find and end the process that writes there, then retry`,
      );
    }
    const nested = Number(facts['nested']);
    return {
      what: 'backup',
      at: clock().toISOString(),
      summary:
        `${storage.name}: read-only snapshot ${path}, ${check.checked} files compared` +
        (nested > 0 ? `, and ${nested} nested subvolumes beside it` : '') +
        (unsynced.length > 0 ? `; not synced before it, because they do not answer: ${unsynced.join(', ')}` : ''),
      facts: { name: facts['name'] ?? '', path, uuid, readOnly: true, generation: Number(facts['generation']), nested },
      how: ref.byHand ? 'by-hand' : taken.made ? 'service' : 'found',
    };
  };
}

interface Taken {
  readonly made: boolean;
  readonly path: string;
  readonly uuid: string;
  readonly facts: Readonly<Record<string, string | undefined>>;
}

/** Finds or takes a snapshot that is younger than `since`. */
async function take(
  remote: HostDependencies['remote'],
  { layout, storage, zone }: Site,
  { ref, since, now }: { ref: StepRef; since: string; now: Date },
): Promise<Taken> {
  const name = `${dateIn(now.toISOString(), zone)}-wipe`;
  // The storage host's clock may be wrong, but it runs as fast as the worker's: an age means the same on both.
  const age = Math.max(0, Math.floor((now.getTime() - Date.parse(since)) / 1000));
  const key = digestParts([ref.workflow, ref.step, String(ref.round), since]).slice(0, 24);
  const marker = `${layout.jobs}/backup-${key}`;
  const mode = ref.byHand ? 'look' : 'take';
  const args = [mode, layout.toplevel, layout.homeSubvolume, layout.backups, name, String(age), marker];
  const text = await remote.run(storage.name, { name: 'backup', args }, { deadlineMs: 10 * 60_000 });
  const facts = keyValues(text);
  const { path, uuid } = facts;
  if (path === undefined || uuid === undefined || facts['name'] === undefined) {
    const top = layout.toplevel;
    throw refuse(
      'VerificationFailed',
      `${storage.name} has no read-only snapshot of ${layout.homeSubvolume} that is newer than ${since}: btrfs subvolume snapshot -r ${top}/${layout.homeSubvolume} ${top}/${layout.backups}/${name}, or retry`,
    );
  }
  return { made: text.startsWith('made'), path, uuid, facts };
}

/** The check walks every home. */
const CHECK_MS = 4 * 60 * 60_000;

/**
 * Compares the backup with the live tree: all changes since, and the content of some files. `names`: limits it to
 * these homes.
 */
async function spotCheck(
  remote: HostDependencies['remote'],
  { layout, storage }: Site,
  { path, uuid }: Pick<Taken, 'path' | 'uuid'>,
  exempt: readonly Exemption[],
  names: readonly string[] = [],
) {
  const args = [layout.toplevel, layout.homeSubvolume, path, uuid, ...exempt.map(({ user }) => user)];
  const script = { name: 'spot-check', args, input: zeroEnded(names) };
  const text = await remote.run(storage.name, script, { deadlineMs: CHECK_MS });
  const lines = text.split('\n').filter((line) => line.startsWith('differs: '));
  return { checked: Number(keyValues(text)['checked']), differing: [...new Set(lines.map((line) => line.slice(9)))] };
}

/**
 * Flushes the pages of GPU hosts, which the snapshot would miss otherwise. A host that is down holds none.
 * @throws ApplicationFailure `CommandFailed` if a host answers and cannot write them
 */
async function syncClients(
  remote: HostDependencies['remote'],
  hosts: readonly string[],
  home: string,
): Promise<readonly string[]> {
  const looks = await Promise.allSettled(
    hosts.map(async (host) => await remote.run(host, { name: 'sync-home', args: [home] })),
  );
  for (const look of looks) {
    if (look.status === 'rejected' && !isFailure(look.reason, 'Unreachable')) throw look.reason;
  }
  return hosts.filter((_, index) => looks[index]?.status === 'rejected');
}

/**
 * Verifies a backup again, right before a step that relies on it: it exists, is read-only, and holds everything that
 * these homes hold now. Later changes come from a source that no proof covers: a timer, another machine, an
 * administrator.
 * @param homes percent-encoded names
 * @throws ApplicationFailure `PlanVoid` if it is gone, writable, another one, or incomplete: a new backup is needed
 */
export async function demandBackup(
  { site, remote }: Pick<HostDependencies, 'site' | 'remote'>,
  backup: Proof<'backup'>,
  homes: readonly string[],
): Promise<void> {
  const current = await site();
  const { layout, storage } = current;
  const { path, uuid, nested } = backup.facts;
  const voided = (why: string) =>
    refuse('PlanVoid', `${storage.name}: nothing is deleted: ${why}. Retry to back up and ask again`);
  const args = [layout.toplevel, path, String(nested)];
  const facts = keyValues(await remote.run(storage.name, { name: 'look-backup', args }));
  const holds = facts['uuid'] === uuid && facts['read_only'] === 'true' && Number(facts['nested']) === nested;
  if (!holds) {
    const found =
      facts['uuid'] === undefined
        ? 'it does not exist'
        : `found UUID ${facts['uuid']}, read-only ${facts['read_only']}, ${facts['nested']} nested`;
    throw voided(`the backup ${path} (UUID ${uuid}, read-only, ${nested} nested) is no longer valid: ${found}`);
  }
  if (homes.length === 0) return;
  const { differing } = await spotCheck(remote, current, { path, uuid }, [], homes);
  if (differing.length === 0) return;
  const few = differing.slice(0, 5).join(', ') + (differing.length > 5 ? ', …' : '');
  throw voided(`the backup ${path} does not hold the current state of ${few} in ${layout.home}`);
}
