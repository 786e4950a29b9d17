import {
  restoreGate,
  type RestoredHome,
  type RestoreBinding,
  type RestoreObserved,
} from '../../../domain/gates/restore.ts';
import { digestOf } from '../../../domain/digest.ts';
import type { Plan, PlanRef } from '../../../domain/plan.ts';
import type { RestoreInput } from '../../../domain/restore.ts';
import type { Site } from '../../../domain/site.ts';
import { formatBytes } from '../../../domain/size.ts';
import { refuse } from '../../failures.ts';
import { lookAtBackups, type Backup } from '../backup/backups.ts';
import type { HostDependencies } from '../dependencies.ts';
import { encodeName, fieldsOf } from '../remote/names.ts';
import { checkUser } from '../remote/quote.ts';
import type { Remote } from '../remote/remote.ts';
import type { RestoreActivities } from './contract.ts';
import { readMessages } from '../../../texts/messages.ts';

interface Found {
  readonly backup: Backup;
  readonly homes: readonly (Omit<RestoredHome, 'to'> & { readonly bytes: number; readonly state: string })[];
  readonly free: number;
}

const ROWS = 10;

/**
 * Gate `restore`. See `RestoreActivities.planRestore`. @throws ApplicationFailure `VerificationFailed` if the names are
 * taken
 */
export function planRestore({ site, remote, store, clock }: HostDependencies): RestoreActivities['planRestore'] {
  return async ({ restore }): Promise<PlanRef> => {
    const current = await site();
    const { storage, language } = current;
    const folder = restore.to ?? current.layout.home;
    const { backup, homes, free } = await find(remote, current, restore);
    const taken = homes.filter(({ state }) => state === 'taken');
    if (restore.user !== null && taken.length > 0) {
      const beside = `${folder}/${restore.user}.restored-${backup.name}`;
      throw refuse(
        'VerificationFailed',
        `${storage.name}: ${folder}/${restore.user} and ${beside} already exist, and a restore overwrites nothing: move one away, or restore --to another folder`,
      );
    }
    // A restore of all homes leaves existing homes as they are. A restore of one home puts the old one beside it.
    const there = restore.user === null ? homes.filter(({ state }) => state !== 'free') : [];
    const exempt = new Set(restore.user === null ? current.protected : []);
    const going = homes.filter((home) => !there.includes(home) && !exempt.has(home.name));
    const binding: RestoreBinding = {
      storage: storage.name,
      backup: backup.name,
      uuid: backup.uuid,
      folder,
      homes: going.map(({ name, uid, owner, state }) => ({
        name,
        uid,
        owner,
        to: state === 'free' ? name : `${name}.restored-${backup.name}`,
      })),
      site: digestOf(current),
    };
    const bytes = going.reduce((sum, home) => sum + home.bytes, 0);
    const names = there.map(({ name }) => name).filter((name) => !exempt.has(name));
    const plan: Plan<RestoreBinding, RestoreObserved> = {
      gate: 'restore',
      binding,
      observed: { at: clock().toISOString(), there: names, bytes, freeBytes: free },
    };
    const say = await readMessages(current, language);
    return {
      gate: 'restore',
      digest: await store.putPlan(plan),
      headline: say('restore.headline', { homes: going.length, backup: backup.name, storage: storage.name, folder }),
      counts: { homes: going.length, there: names.length, freeBytes: free, ...(bytes > 0 && { bytes }) },
      rows: binding.homes.slice(0, ROWS).map(({ name, owner, to }) => {
        const size = bytes > 0 ? formatBytes(bytes) : null;
        return say('restore.row', { name, owner, size, path: `${folder}/${to}` });
      }),
      total: going.length,
      kept: names.slice(0, ROWS).map((name) => say('restore.there', { name })),
      warnings: bytes > free ? [say('restore.room', { bytes: formatBytes(bytes), free: formatBytes(free) })] : [],
      waivable: [],
      confirm: restoreGate.confirm(binding),
      empty: going.length === 0,
    };
  };
}

/** A backup's name, which becomes an argument and a part of a home's name. */
const BACKUP = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

/** Finds the newest backup that holds the requested homes. */
async function find(remote: Remote, site: Site, { user, from, to }: RestoreInput): Promise<Found> {
  const { storage, layout } = site;
  if (user !== null) checkUser(user);
  const { all, lasts } = await lookAtBackups(remote, site);
  // The last snapshot of a second try of a wipe lacks what the first one deleted, of a home as well: only its name chooses it.
  const whole = user === null ? [] : lasts.filter(({ name }) => name.endsWith('.last'));
  const sources = [...all, ...(from === null ? whole : lasts)];
  const usable = sources.filter(({ name, readOnly }) => readOnly && BACKUP.test(name));
  const newestFirst = usable.toSorted((a, b) => b.created - a.created || (a.name < b.name ? 1 : -1));
  const candidates = newestFirst.filter(({ name }) => from === null || name === from);
  const input = candidates.map(({ name }) => `${name}\0`).join('');
  const args = [layout.toplevel, layout.backups, targetOf(site, to), user ?? ''];
  const script = { name: 'restore-look', args, input };
  const fields = fieldsOf(await remote.run(storage.name, script, { deadlineMs: 60 * 60_000 }));
  const chosen = candidates.find(({ name }) => name === String(fields[0]));
  if (!chosen) {
    const some = newestFirst.slice(0, 8).map(({ name }) => name);
    throw refuse(
      'VerificationFailed',
      `${storage.name}: ${from ?? 'no backup'} ${from === null ? 'holds' : 'does not hold'} ${user === null ? 'any home' : `the home of ${user}`}. Existing backups: ${some.join(', ') || 'none'}. Abort, and request another one`,
    );
  }
  const homes: Found['homes'][number][] = [];
  let at = 1;
  for (; (fields[at]?.length ?? 0) > 0; at += 5) {
    const [name, uid, owner, bytes, state] = fields.slice(at, at + 5);
    homes.push({
      name: encodeName(name ?? Buffer.alloc(0)),
      uid: Number(uid),
      owner: String(owner),
      bytes: Number(bytes),
      state: String(state),
    });
  }
  homes.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { backup: chosen, homes, free: Number(fields[at + 1] ?? 0) };
}

/** The folder to write to. The homes are written through the top level, where reflinks from the backups work. */
export const targetOf = ({ layout }: Site, to: string | null): string =>
  to === null || to === layout.home ? `${layout.toplevel}/${layout.homeSubvolume}` : to;
