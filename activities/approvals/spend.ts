import type { Acts } from '../../domain/authority.ts';
import type { FirstRun, Grant } from '../../domain/grant.ts';
import type { Reach } from '../../domain/gates/define.ts';
import { gateOf, PLAN_GATES, type Gate, type HandGate } from '../../domain/gates/index.ts';
import { hostWorkflowId, semesterWorkflowId, type DeferredKind } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import { asObject, type Unchecked } from '../../domain/verdict.ts';
import { canaryOf } from '../../domain/waves.ts';
import { refuse } from '../failures.ts';
import { deferralRecords, digestOfImage, digestOfWipe, stepOf } from './deferrals.ts';
import { grantRecords, type GrantStore } from './records.ts';

export interface SpendDependencies {
  readonly site: () => Promise<Site>;
  readonly store: GrantStore;
  readonly clock: () => Date;
}

/** What an activity is about to do, read from its argument. */
interface Act {
  readonly name: string;
  readonly hosts: readonly string[];
  readonly plan: string | null;
  readonly image: { readonly name: string; readonly sha256: string | null } | null;
  readonly waived: readonly string[];
  /** It only verifies. */
  readonly byHand: boolean;
  readonly raw: Unchecked;
}

type Lineage = readonly [FirstRun, ...FirstRun[]];

const isHand = (gate: Gate): gate is HandGate => gateOf(gate)?.kind === 'hand';

/**
 * Demands that a grant in the store permits the activity with this argument, for the workflow that calls it or one of
 * its ancestors. Returns what records that the step has used the grant, once the activity has acted.
 * @throws ApplicationFailure `NoGrant`, not retryable, with what is missing
 */
export function demandGrant(dependencies: SpendDependencies) {
  const { store } = dependencies;
  return async (
    name: string,
    authority: Acts,
    argument: unknown,
    lineage: Lineage,
  ): Promise<() => Promise<unknown>> => {
    const act = actOf(name, argument);
    const problems: string[] = [];
    for (const { workflow, run } of lineage)
      for (const gate of authority.gates) {
        if (isHand(gate)) {
          const why = await handRefusal(dependencies, run, gate, act);
          if (why === null) return nothing;
          problems.push(`gate ${gate} of ${workflow}: ${why}`);
          continue;
        }
        const grant = await grantRecords(store).grantOf(run, gate);
        const use = { ...act, step: stepOf(lineage[0].run, act.raw['ref']) };
        const why =
          grant && (refusalOf(grant, act, dependencies.clock()) ?? (await spentRefusal(store, grant, authority, use)));
        if (grant !== null && why === null)
          return authority.again !== undefined || act.byHand
            ? nothing
            : () => grantRecords(store).spend(grant, whatOf(act), use.step);
        if (why !== null) problems.push(`gate ${gate} of ${workflow}: ${why}`);
      }
    if (await isOtherwisePermitted(dependencies, authority, act, lineage)) return nothing;
    problems.push(...(await unsignedStarts(dependencies, lineage)));
    const missing =
      problems.length > 0 ? problems.join('; ') : `no approval of gate ${authority.gates.join(' or ')} is recorded`;
    const where = act.hosts.length > 0 ? ` on ${act.hosts.join(', ')}` : '';
    throw refuse(
      'NoGrant',
      `${name}${where} is not permitted for ${lineage[0].workflow}: ${missing}. Let the gate ask again (retry), or start the workflow again`,
    );
  };
}

/**
 * Demands that the caller belongs to the semester that it names, and that people opened it: they approved its publication, or
 * its start counts. Under an invented name no decision of the approvers would hold.
 * @throws ApplicationFailure `NoGrant`, not retryable, with what is missing
 */
export function demandSemester(dependencies: SpendDependencies) {
  const { store, clock } = dependencies;
  return async (name: string, semester: string, lineage: Lineage): Promise<void> => {
    const no = (why: string) => refuse('NoGrant', `${name} is not permitted for ${lineage[0].workflow}: ${why}`);
    const found = lineage.find(({ workflow }) => workflow === semesterWorkflowId(semester));
    if (!found) throw no(`it is no part of ${semesterWorkflowId(semester)}. Start the applications by their semester`);
    const published = await grantRecords(store).grantOf(found.run, 'publish');
    if (published !== null && Date.parse(published.until) > clock().getTime()) return;
    if (await started(dependencies, found.run, null)) return;
    const problems = [
      `no approval of gate publish of ${found.workflow} is valid`,
      ...(await unsignedStarts(dependencies, lineage)),
    ];
    throw no(`${problems.join('; ')}. Start the semester again, signed`);
  };
}

/** The gate whose work a kind of deferred task does. */
const gateOfTask = (kind: DeferredKind) => PLAN_GATES.find(({ deferred }) => deferred === kind);

/** Demands the grant for what is handed to `host/<name>`, and records it. Kinds without a gate need none. */
export function deferWithGrant(dependencies: SpendDependencies) {
  const demand = demandGrant(dependencies);
  return async (host: string, task: { readonly kind: DeferredKind } & Unchecked, lineage: Lineage, digest: string) => {
    const gate = gateOfTask(task.kind);
    if (!gate) return;
    const excluded = (await dependencies.site()).excluded?.some(({ name }) => name === host) === true;
    const acting = task.kind === 'image' ? 'switchRoot' : 'wipeDocker';
    // An excluded host is in no wave: an image that people approved for the others waits for its return.
    const where = task.kind === 'image' && excluded ? {} : { host };
    const again = 'nothing is done yet';
    await demand(acting, { kind: 'acts', gates: [gate.name], again }, { ...task, ...where }, lineage);
    const at = dependencies.clock().toISOString();
    await deferralRecords(dependencies.store).add(host, { kind: task.kind, digest, by: lineage[0], at });
  };
}

function actOf(name: string, argument: unknown): Act {
  const raw = asObject(argument);
  const [proofs, facts] = [asObject(raw['proofs']), asObject(asObject(raw['image'])['facts'])];
  const { host, hosts, plan, image } = raw;
  return {
    name,
    raw,
    hosts: typeof host === 'string' ? [host] : listOf(hosts),
    plan: typeof plan === 'string' ? plan : null,
    image:
      typeof image === 'string'
        ? { name: image, sha256: null }
        : typeof facts['name'] === 'string'
          ? { name: facts['name'], sha256: String(facts['sha256']) }
          : null,
    waived: [...listOf(raw['waived']), ...listOf(proofs['waived'])],
    byHand: asObject(raw['ref'])['byHand'] === true,
  };
}

const listOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** The accounts that an argument names as exempt. */
export const keptIn = (argument: unknown): readonly string[] => {
  const { keep } = asObject(argument);
  return listOf(Array.isArray(keep) ? keep.map((one) => asObject(one)['user']) : []);
};

/** Why a grant does not permit the act; null: it does. */
function refusalOf(grant: Grant, act: Act, now: Date): string | null {
  const { round, digest, activities, reach, until, waived } = grant;
  if (!activities.includes(act.name)) return `its approval does not cover ${act.name}`;
  if (Date.parse(until) <= now.getTime()) return `its approval has ended at ${until}`;
  if (act.plan !== null && act.plan !== digest) return `round ${round} approved the plan ${digest}, not ${act.plan}`;
  const beyond = act.hosts.filter((host) => reach.hosts !== undefined && !reach.hosts.includes(host));
  if (beyond.length > 0) return `the plan ${digest} does not name ${beyond.join(', ')}`;
  if (!isImageOf(reach, act)) return `the plan ${digest} names another image than ${act.image?.name ?? 'none'}`;
  const more = act.waived.filter((name) => !waived.includes(name));
  return more.length > 0 ? `its approvals do not waive ${more.join(', ')}` : null;
}

const nothing = async (): Promise<void> => {};

/** What an approval is used up for: an activity, on a host if it names one. */
const whatOf = ({ name, hosts }: Act): string => [name, ...hosts].join(' ');

/** Why a grant is used up; null: it is not. The step that used it may repeat, because its answer may be lost. */
async function spentRefusal(
  store: GrantStore,
  grant: Grant,
  { again }: Acts,
  act: Act & { readonly step: string },
): Promise<string | null> {
  if (again !== undefined || act.byHand) return null;
  const by = (await grantRecords(store).spentOf(grant))[whatOf(act)];
  return by === undefined || by === act.step ? null : `its round ${grant.round} is used up: the step ${by} did this`;
}

/** Why the report at a hand gate does not permit the act; null: it does. The act uses the value that was signed, and no other. */
async function handRefusal(
  { store, clock }: SpendDependencies,
  run: string,
  gate: HandGate,
  { raw }: Act,
): Promise<string | null> {
  const grant = await grantRecords(store).handGrantOf(run, gate);
  if (grant === null) return 'nobody has reported work there';
  if (Date.parse(grant.until) <= clock().getTime()) return `its report has ended at ${grant.until}`;
  const { fingerprint } = raw;
  return fingerprint === undefined || fingerprint === grant.value
    ? null
    : `its report names ${grant.value ?? 'no host key'}, not ${JSON.stringify(fingerprint).slice(0, 100)}`;
}

const isImageOf = (reach: Reach, { image }: Act): boolean =>
  image === null ||
  (reach.image?.name === image.name && (image.sha256 === null || image.sha256 === reach.image.sha256));

/** What permits an act besides an approval of its gate. */
async function isOtherwisePermitted(
  dependencies: SpendDependencies,
  { unlessFrom = [] }: Acts,
  act: Act,
  lineage: Lineage,
): Promise<boolean> {
  const { store } = dependencies;
  const [host] = act.hosts;
  if (host !== undefined && lineage[0].workflow === hostWorkflowId(host))
    return await isDeferred(store, host, act, lineage[0].run);
  const site = await dependencies.site();
  // Nobody may use an excluded host: gate `exclude` decided that. It is emptied before it returns.
  if (act.name === 'drainHost' && site.excluded?.some(({ name }) => name === host)) return true;
  for (const { run } of lineage) {
    if (act.name === 'drainHost' && act.byHand && (await started(dependencies, run, unlessFrom))) return true;
    if (act.name === 'drainHost' && (await mayDrain(dependencies, run, act))) return true;
    if (act.name === 'sendDeadlineMails' && act.plan !== null) {
      const made = await grantRecords(store).made('notice', act.plan);
      if (made?.empty === true && (await started(dependencies, run, null))) return true;
    }
    // Inside a semester the canary boots before gate `rollout`, which shows how it went.
    const boots = act.name === 'drainHost' || act.name === 'switchRoot' || act.name === 'rebootHost';
    if (boots && host !== undefined && canariesOf(site).includes(host) && (await mayBoot(dependencies, run, act)))
      return true;
  }
  return false;
}

/** The hosts that can be the canary: a semester may name another leader than site.yaml. */
function canariesOf({ hosts, update }: Site): readonly (string | null)[] {
  const names = hosts.map(({ name }) => name);
  return names.map((leader) =>
    canaryOf(
      names.filter((name) => name !== leader),
      update.canary,
    ),
  );
}

/** Whether a start permits: signed, or a claim where site.yaml demands no signature. `from`: one of these phases; null: any. */
async function started(
  { store, site, clock }: SpendDependencies,
  run: string,
  from: Acts['unlessFrom'] | null,
): Promise<boolean> {
  const start = await grantRecords(store).startOf(run);
  if (start === null || Date.parse(start.until) <= clock().getTime()) return false;
  if (start.key === null && (await site()).approvals.signed) return false;
  return from === null || (start.from !== null && from?.includes(start.from) === true);
}

/** The starts that permit nothing, because site.yaml demands a signature. */
async function unsignedStarts({ store, site }: SpendDependencies, lineage: Lineage): Promise<readonly string[]> {
  if (!(await site()).approvals.signed) return [];
  const starts = await Promise.all(lineage.map(({ run }) => grantRecords(store).startOf(run)));
  return starts.flatMap((start) =>
    start !== null && start.key === null
      ? [`the start of ${start.workflow} is not signed (semester start signs it)`]
      : [],
  );
}

/**
 * A started semester from whose group nobody had to be removed. Whom its caller named as exempt for that, the drain must spare: else one
 * person could make the plan empty, and end every session without the approval of another.
 */
async function mayDrain(dependencies: SpendDependencies, run: string, act: Act): Promise<boolean> {
  const removal = await grantRecords(dependencies.store).newest(run, 'removal');
  if (removal?.empty !== true) return false;
  const spared = keptIn(act.raw);
  if (act.name === 'drainHost' && !removal.kept.every((user) => spared.includes(user))) return false;
  return await started(dependencies, run, null);
}

/** A semester that has locked its users out. */
async function mayBoot(dependencies: SpendDependencies, run: string, act: Act): Promise<boolean> {
  const removal = await grantRecords(dependencies.store).grantOf(run, 'removal');
  if (removal !== null && Date.parse(removal.until) > dependencies.clock().getTime()) return true;
  return (await mayDrain(dependencies, run, act)) || (await started(dependencies, run, ['prune', 'update']));
}

/** Whether a grant permitted this deferred task of the host, and it has not ended. */
async function isDeferred(store: GrantStore, host: string, act: Act, run: string): Promise<boolean> {
  const tasks = await deferralRecords(store).of(host);
  const has = (kind: DeferredKind, digest?: string) =>
    tasks.some(
      (task) =>
        task.kind === kind &&
        (digest === undefined || task.digest === digest) &&
        (task.done === undefined || task.done === stepOf(run, act.raw['ref'])),
    );
  switch (act.name) {
    case 'drainHost':
      return has('wipe-docker') || has('image');
    case 'wipeDocker':
      return has('wipe-docker', digestOfWipe(act.plan, act.raw['proofs']));
    case 'switchRoot':
    case 'rebootHost':
      return has('image', digestOfImage(act.raw['image']));
    default:
      return false;
  }
}
