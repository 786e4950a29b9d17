import { many } from '../../../domain/many.ts';
import { wipeGate, type KeptAccount, type WipeBinding, type WipeEntry } from '../../../domain/gates/wipe.ts';
import type { Plan } from '../../../domain/plan.ts';
import type { Proof, ProofOf } from '../../../domain/proof.ts';
import type { Exemption } from '../../../domain/site.ts';
import { refuse, isFailure } from '../../failures.ts';
import { demandLockout } from '../../id-server/lockout.ts';
import { demandBackup } from '../backup/backup.ts';
import { proveAbsence } from '../access/drain.ts';
import { proveExcluded } from '../access/exports.ts';
import { exemptOnHosts, type HostDependencies } from '../dependencies.ts';
import { demandClosed } from '../access/logins.ts';
import { stopJobs } from '../jobs/tidy.ts';
import { demandKnownClients } from '../access/nfs-clients.ts';
import { demandReplica } from '../replica/replica.ts';
import { exemptOwnerIn } from './exempt-owners.ts';
import { bound, inputOf, listTree } from './tree.ts';
import { listTrash, type Trashed } from '../trash/trash.ts';
import { ifFull } from '../remote/full.ts';
import { recordTrash } from '../trash/places.ts';
import { dateIn, durationMs } from '../../../domain/moments.ts';
import type { Remote } from '../remote/remote.ts';
import { demandProofs } from './wipe-proofs.ts';
import type { StepRef } from '../../../domain/step.ts';
import type { WipeProofs } from '../../../domain/proof.ts';
import type { WipeActivities } from './contract.ts';

/** R5 on the storage host. See `HostActivities.wipeHomes`. */
export function wipeHomes(deps: HostDependencies): WipeActivities['wipeHomes'] {
  return async ({ ref, plan: digest, proofs }) => {
    const site = await deps.site();
    const { binding } = await deps.store.getPlan(wipeGate, digest);
    const all = [site.storage, ...site.hosts].map(({ name }) => name);
    demandProofs(binding, proofs, all, site);
    if (binding.storage !== site.storage.name || binding.home !== site.layout.home) {
      throw planVoid(
        `it deletes in ${binding.home} of ${binding.storage}, but site.yaml names ${site.layout.home} of ${site.storage.name}`,
      );
    }
    const entries = binding.homes;
    const names = entries.map(({ name }) => name);
    if (!ref.byHand) {
      // The proofs may be days old, because people take their time to approve. So lockout and absence are proven again now.
      await demandLockout(deps, proofs.keep);
      await Promise.all(all.map((host) => proveAbsence(deps)({ host, keep: proofs.keep }))).catch(voidIfPresent);
      await demandClosed(deps, proofs.absence, all, proofs.keep);
      for (const host of site.excluded ?? []) await proveExcluded(deps, host);
      await demandKnownClients(deps, site);
      await demandBackup(deps, proofs.backup, names);
      await demandReplica(deps, proofs.backup);
    }
    const { home, homeSubvolume } = site.layout;
    const wiped = await wipe(deps, {
      ref,
      proofs,
      binding,
      plan: digest,
      host: site.storage.name,
      dir: home,
      subvolume: homeSubvolume,
      backup: proofs.backup.facts,
      // The backup holds the homes.
      trash: 'off',
      entries,
    });
    const { until: _, ...facts } = wiped.facts;
    return { ...wiped, what: 'homes-wiped', facts };
  };
}

/** R5 on one GPU host. See `HostActivities.wipeDocker`. */
export function wipeDocker(deps: HostDependencies): WipeActivities['wipeDocker'] {
  return async ({ ref, plan: digest, host, proofs }) => {
    const site = await deps.site();
    const { binding } = await deps.store.getPlan(wipeGate, digest);
    const entries = await approvedOn(deps, binding, host, proofs.keep);
    if (entries === null) throw planVoid(`it does not name ${host}`);
    if (binding.dockerDirectory !== site.layout.docker) {
      throw planVoid(
        `it deletes from ${binding.dockerDirectory}, but layout.docker in site.yaml is ${site.layout.docker}`,
      );
    }
    demandProofs(binding, proofs, [], site);
    if (!ref.byHand) {
      await demandLockout(deps, proofs.keep);
      await proveAbsence(deps)({ host, keep: proofs.keep });
    }
    const shared = { ref, proofs, binding, plan: digest, host, subvolume: '', backup: null, trash: binding.trash };
    const proof = await wipe(deps, { ...shared, dir: site.layout.docker, entries });
    const also = Object.entries(binding.also[host] ?? {});
    const more: Wiped[] = [];
    for (const [dir, found] of also) {
      if (!site.layout.alsoWipe.includes(dir))
        throw planVoid(`it deletes from ${dir}, which site.yaml no longer lists (layout.alsoWipe)`);
      more.push(await wipe(deps, { ...shared, dir, entries: found }));
    }
    return { ...proof, what: 'docker-wiped', summary: [proof, ...more].map(({ summary }) => summary).join('; ') };
  };
}

/** R6. See `WipeActivities.endWipe`. */
export function endWipe(deps: HostDependencies): WipeActivities['endWipe'] {
  return async ({ host, workflow, plan: digest, keep }) => {
    const stopped = await stopJobs(deps, host, `${workflow}@`);
    const { binding } = await deps.store.getPlan(wipeGate, digest);
    const approved = { ...binding.also[host], [binding.dockerDirectory]: await approvedOn(deps, binding, host, keep) };
    const left: string[] = [];
    for (const [dir, wanted] of Object.entries(approved)) {
      const { entries } = await listTree(deps.remote, host, dir, 'names');
      const byName = new Map(wanted?.map((entry) => [entry.name, entry]));
      left.push(
        ...entries.filter((entry) => isSame(byName.get(entry.name), entry)).map(({ name }) => `${dir}/${name}`),
      );
    }
    return {
      what: 'wipe-ended',
      at: deps.clock().toISOString(),
      summary:
        `${host}: ${stopped === 0 ? 'no job of the wipe of Docker data runs' : 'the wipe of Docker data was stopped'}; ` +
        (left.length === 0
          ? 'no approved directory is left'
          : `${many(left.length, 'approved directory', 'approved directories')} left: ${few(left)}`),
      facts: { host, stopped, left: left.length },
      how: stopped === 0 ? 'found' : 'service',
    };
  };
}

/** The approved entries of a host's Docker data; null if the plan does not name the host. */
async function approvedOn(deps: HostDependencies, binding: WipeBinding, host: string, keep: readonly Exemption[]) {
  const deferred = async () => await notExempt(deps, host, binding.kept, keep);
  return binding.docker[host] ?? (binding.deferred.includes(host) ? await deferred() : null);
}

/**
 * All entries of a host that was down when the plan was made, except those that an exempt account owns or names. Nobody
 * has seen them, so no waiver covers them.
 */
async function notExempt(
  { site, remote, clock }: HostDependencies,
  host: string,
  kept: readonly KeptAccount[],
  keep: readonly Exemption[],
) {
  const current = await site();
  const all = withExempt(kept, exemptOnHosts(current, clock, keep));
  const exempt = new Set(all.map(({ user }) => user));
  const exemptOwner = exemptOwnerIn(all);
  const { entries } = await listTree(remote, host, current.layout.docker, 'names');
  return entries.filter((entry) => !exempt.has(entry.name) && exemptOwner(entry) === null).map(bound);
}

/** The accounts of the plan, and those that became exempt since. Their uids are known on the hosts only. */
const withExempt = (kept: readonly KeptAccount[], now: readonly Exemption[]): readonly KeptAccount[] => [
  ...kept,
  ...now.filter((one) => kept.every(({ user }) => user !== one.user)).map(({ user }) => ({ user, uids: [] })),
];

interface Wipe {
  readonly ref: StepRef;
  readonly proofs: WipeProofs;
  readonly binding: Plan<WipeBinding>['binding'];
  /** Its digest. */
  readonly plan: string;
  readonly host: string;
  readonly dir: string;
  /** The subvolume that `dir` must be; empty if it need not be one. */
  readonly subvolume: string;
  /** What the entries are compared with before they are deleted; null where no backup holds them. */
  readonly backup: Pick<Proof<'backup'>['facts'], 'path' | 'uuid'> | null;
  /** How long the entries stay in the trash of `dir`; `off`: they are deleted. */
  readonly trash: string;
  readonly entries: readonly WipeEntry[];
}

type Wiped = Omit<ProofOf<'docker-wiped'>, 'what'>;

async function wipe({ site, remote, store, clock }: HostDependencies, a: Wipe): Promise<Wiped> {
  const { ref, host, dir, entries } = a;
  const current = await site();
  const kept = withExempt(a.binding.kept, exemptOnHosts(current, clock, a.proofs.keep));
  const exempt = new Set(kept.map(({ user }) => user));
  const waived = new Set(a.proofs.waived);
  const guarded = new Set([...current.protected, current.ssh.user]);
  const both = entries.map(({ name }) => name).filter((name) => exempt.has(name));
  if (both.length > 0) throw planVoid(`it deletes ${both.join(', ')} on ${host}, which is exempt now`);
  const exemptOwner = exemptOwnerIn(kept);
  const owned = entries.flatMap((entry) => {
    const owner = exemptOwner(entry);
    return owner === null ? [] : [{ owner, text: `${entry.name} (${owner})` }];
  });
  const refused = owned.filter(({ owner }) => !waived.has(owner)).map(({ text }) => text);
  if (refused.length > 0) {
    throw planVoid(`it deletes ${few(refused)} in ${dir} on ${host}; the owner is exempt, and no approval waived them`);
  }
  const before = await listTree(remote, host, dir, 'names');
  const approved = new Map(entries.map((entry) => [entry.name, entry]));
  const isApproved = (entry: WipeEntry) => isSame(approved.get(entry.name), entry);
  const there = before.entries.filter(isApproved);
  const halves = await halfDeleted(remote, a);
  let output = '';
  if (!ref.byHand && there.length + halves.length > 0) {
    const input = inputOf(entries);
    const others = [...exempt].filter((name) => !guarded.has(name)).sort();
    const uids = kept.flatMap((one) => (waived.has(one.user) ? [] : one.uids.map(String)));
    const waivedHere = [...exempt].filter((name) => waived.has(name)).sort();
    const lists = [...[...guarded].sort(), '--', ...others, '--', ...uids, '--', ...waivedHere];
    const { path, uuid } = a.backup ?? { path: '', uuid: '' };
    const seconds = a.trash === 'off' ? 0 : Math.ceil(durationMs(a.trash) / 1000);
    const trash = [String(seconds), a.binding.semester, a.plan];
    const backup = [current.layout.toplevel, path, uuid];
    const args = [dir, a.subvolume, ...backup, String(entries.length), ...trash, ...lists];
    await recordTrash(store, host, dir);
    output = (await remote.job(host, ref, { name: 'wipe', args, input }).catch(voidIfDiffering)).tail;
  }
  const after = await listTree(remote, host, dir, 'names');
  const left = [
    ...after.entries.filter(isApproved).map(({ name }) => name),
    ...(await halfDeleted(remote, a)).map(({ id, name }) => `${name} (what is left of it: .semester-trash/${id})`),
  ];
  if (left.length > 0) {
    const reasons = output.split('\n').filter((line) => line.startsWith('left: '));
    const full = ifFull(
      /^(left|no room): .*(No space left|quota exceeded).*$/m.exec(output)?.[0] ?? '',
      `${dir} on ${host}`,
    );
    throw refuse(
      'VerificationFailed',
      `${host}: ${left.length} of ${entries.length} are still in ${dir}: ${few(left)}. ${reasons.slice(0, 5).join('; ')}${full || `. Correct it on ${host}, then retry`}`,
    );
  }
  const ours = before.entries.filter(({ name }) => exempt.has(name));
  const still = new Set(after.entries.map(({ name }) => name));
  const gone = ours.filter(({ name }) => !still.has(name));
  if (gone.length > 0) {
    throw refuse(
      'VerificationFailed',
      `${host}: ${few(gone.map((e) => e.name))} is exempt, but has disappeared from ${dir}: restore it from the backup`,
    );
  }
  // What has an approved name may have been made anew, or given to another owner, since the approval.
  const appeared = after.entries
    .filter(({ name }) => !exempt.has(name))
    .map(({ name }) => (approved.has(name) ? `${name} (another one than the approved)` : name));
  const last = /^last snapshot: (.+)$/m.exec(output)?.[1];
  const deleted = ref.byHand ? entries.length : there.length;
  const until = a.trash === 'off' ? null : await trashedUntil(remote, a);
  return {
    at: clock().toISOString(),
    summary:
      `${host}: ${entries.length} approved directories are gone from ${dir}` +
      (until === null ? '' : `, moved to the trash until ${dateIn(until, current.zone)}`) +
      (ours.length > 0 ? `; still there: ${ours.map(({ name }) => name).join(', ')}` : '') +
      (owned.length > 0 ? `; of exempt owners, waived by name: ${few(owned.map(({ text }) => text))}` : '') +
      (last === undefined ? '' : `; last snapshot ${last}`) +
      (output.includes('\nchanged: ') ? '; exempt directories were written to meanwhile' : '') +
      (appeared.length > 0 ? `; not approved and left alone: ${few(appeared)}` : ''),
    facts: { host, approved: entries.length, deleted, appeared: appeared.length, until },
    how: ref.byHand ? 'by-hand' : there.length + halves.length > 0 ? 'service' : 'found',
  };
}

/** What this plan moved away to delete at once, and a run that was cut off did not delete. */
async function halfDeleted(remote: Remote, { host, dir, plan, trash: time }: Wipe): Promise<readonly Trashed[]> {
  if (time !== 'off') return [];
  const [trash] = await listTrash(remote, host, [dir]);
  return trash?.entries.filter((entry) => entry.plan === plan && HALVES.has(entry.state)) ?? [];
}
const HALVES: ReadonlySet<string> = new Set<Trashed['state']>(['kept', 'deleting']);

/** Until when the trash holds what it has of this plan: the earliest end of time, UTC. */
async function trashedUntil(remote: Remote, { host, dir, plan }: Wipe): Promise<string | null> {
  const [trash] = await listTrash(remote, host, [dir]);
  const mine = trash?.entries.filter((entry) => entry.plan === plan && entry.state === 'kept') ?? [];
  if (mine.length === 0) return null;
  return new Date(Math.min(...mine.map(({ until }) => until)) * 1000).toISOString();
}

/** The deleting command found that the backup lacks something (exit status 65), so the plan is void. */
function voidIfDiffering(error: unknown): never {
  if (!isFailure(error, 'CommandFailed') || !error.message.includes('exit status 65')) throw error;
  throw refuse('PlanVoid', `${error.message}. Retry to back up and ask again`, error);
}

/** Whether it is the approved object, with its owner. */
const isSame = (approved: WipeEntry | undefined, { uid, object, born }: WipeEntry) =>
  approved !== undefined && approved.uid === uid && approved.object === object && approved.born === born;

/** Processes of users mean that the approved backup may lack their latest changes, so the plan is void. */
function voidIfPresent(error: unknown): never {
  if (!isFailure(error, 'ProofMissing')) throw error;
  throw refuse('PlanVoid', `nothing is deleted: ${error.message}. Retry to drain, back up and ask again`, error);
}

const few = (names: readonly string[]) =>
  names.slice(0, 8).join(', ') + (names.length > 8 ? ` and ${names.length - 8} more` : '');

const planVoid = (why: string) => refuse('PlanVoid', `the approved plan is void: ${why}. Retry to ask again`);
