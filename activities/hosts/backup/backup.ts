import { dateIn } from '../../../domain/calendar.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { Kept, Site } from '../../../domain/site.ts';
import { refuse } from '../../failures.ts';
import { exemptOnHosts, type HostDeps } from '../dependencies.ts';
import { isUnreachable } from '../jobs/jobs.ts';
import { zeroEnded } from '../remote/names.ts';
import { keyValues } from '../root/root.ts';
import { digestParts } from '../remote/scripts.ts';
import type { StepRef } from '../../../domain/step.ts';
import type { BackupActivities } from './contract.ts';

/**
 * R4. See `HostActivities.takeBackup`. Every snapshot that is younger than `since` counts, whoever made it and on whatever
 * date, so that a try that was cut off, or a person's own command, is taken as found.
 * @throws ApplicationFailure `VerificationFailed` when done by hand and there is none
 */
export function takeBackup({
  site,
  remote,
  clock,
}: Pick<HostDeps, 'site' | 'remote' | 'clock'>): BackupActivities['takeBackup'] {
  return async ({ ref, since, keep = [] }): Promise<Proof<'backup'>> => {
    const current = await site();
    const { layout, storage, hosts } = current;
    const names = hosts.map(({ name }) => name);
    const unsynced = ref.byHand ? [] : await syncClients(remote, names, layout.home);
    let taken = await take(remote, current, { ref, since, now: clock() });
    let check = await spotCheck(remote, current, taken, exemptOnHosts(current, clock, keep));
    if (check.differing.length > 0 && !ref.byHand && !taken.made) {
      // Somebody has written since: a younger one than that is wanted.
      taken = await take(remote, current, { ref, since: clock().toISOString(), now: clock() });
      check = await spotCheck(remote, current, taken, exemptOnHosts(current, clock, keep));
    }
    const { facts, path, uuid } = taken;
    if (check.differing.length > 0) {
      throw refuse(
        'VerificationFailed',
        `${storage.name}: ${path} is not what is in ${layout.home}: ${check.differing.slice(0, 5).join(', ')}. Who writes there? Then retry`,
      );
    }
    const nested = Number(facts['nested']);
    return {
      what: 'backup',
      at: clock().toISOString(),
      summary:
        `${storage.name}: read-only snapshot ${path}, ${check.checked} files compared` +
        (nested > 0 ? `, and ${nested} nested subvolumes beside it` : '') +
        (unsynced.length > 0 ? `; not reached before it: ${unsynced.join(', ')}` : ''),
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
  remote: HostDeps['remote'],
  { layout, storage, zone }: Site,
  { ref, since, now }: { ref: StepRef; since: string; now: Date },
): Promise<Taken> {
  const name = `${dateIn(now.toISOString(), zone)}-wipe`;
  // The storage host's clock may go wrong, but it goes as fast as ours: an age means the same on both.
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

/** Every home is walked. */
const CHECK_MS = 4 * 60 * 60_000;

/** Compares the backup with the live tree: what has changed since, and some files by content. `names`: of these homes alone. */
async function spotCheck(
  remote: HostDeps['remote'],
  { layout, storage }: Site,
  { path, uuid }: Pick<Taken, 'path' | 'uuid'>,
  exempt: readonly Kept[],
  names: readonly string[] = [],
) {
  const args = [layout.toplevel, layout.homeSubvolume, path, uuid, ...exempt.map(({ user }) => user)];
  const script = { name: 'spot-check', args, input: zeroEnded(names) };
  const text = await remote.run(storage.name, script, { deadlineMs: CHECK_MS });
  const lines = text.split('\n').filter((line) => line.startsWith('differs: '));
  return { checked: Number(keyValues(text)['checked']), differing: [...new Set(lines.map((line) => line.slice(9)))] };
}

/**
 * Pages that a GPU host has not written yet would miss the snapshot. A host that is down holds none.
 * @throws ApplicationFailure `CommandFailed` when one answers and cannot write them
 */
async function syncClients(
  remote: HostDeps['remote'],
  hosts: readonly string[],
  home: string,
): Promise<readonly string[]> {
  const looks = await Promise.allSettled(
    hosts.map(async (host) => await remote.run(host, { name: 'sync-home', args: [home] })),
  );
  for (const look of looks) {
    if (look.status === 'rejected' && !isUnreachable(look.reason)) throw look.reason;
  }
  return hosts.filter((_, index) => looks[index]?.status === 'rejected');
}

/**
 * Looks at a backup again, right before what rests on it: whether it is there, read-only, and holds all that these homes hold
 * now. Whoever wrote since came in by a way that no proof looks at: a timer, another machine, an administrator's hand.
 * @param homes percent-encoded names
 * @throws ApplicationFailure `PlanVoid` when it is gone, writable, another one, or lacks something: a new one is wanted
 */
export async function demandBackup(
  { site, remote }: Pick<HostDeps, 'site' | 'remote'>,
  backup: Proof<'backup'>,
  homes: readonly string[],
): Promise<void> {
  const current = await site();
  const { layout, storage } = current;
  const { path, uuid, nested } = backup.facts;
  const voided = (why: string) =>
    refuse('PlanVoid', `${storage.name}: nothing is deleted: ${why}. Retry backs up again, and asks again`);
  const args = [layout.toplevel, path, String(nested)];
  const facts = keyValues(await remote.run(storage.name, { name: 'look-backup', args }));
  const holds = facts['uuid'] === uuid && facts['read_only'] === 'true' && Number(facts['nested']) === nested;
  if (!holds) {
    const found =
      facts['uuid'] === undefined
        ? 'it is not there'
        : `found UUID ${facts['uuid']}, read-only ${facts['read_only']}, ${facts['nested']} nested`;
    throw voided(`the backup ${path} (UUID ${uuid}, read-only, ${nested} nested) does not hold any more: ${found}`);
  }
  if (homes.length === 0) return;
  const { differing } = await spotCheck(remote, current, { path, uuid }, [], homes);
  if (differing.length === 0) return;
  const few = differing.slice(0, 5).join(', ') + (differing.length > 5 ? ', …' : '');
  throw voided(`the backup ${path} does not hold ${few} of ${layout.home} as it is now`);
}
