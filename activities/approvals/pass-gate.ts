import { planGateOf, type AnyPlanGate } from '../../domain/gates/index.ts';
import { PlanShapeError } from '../../domain/gates/define.ts';
import type { Claim, Grant } from '../../domain/grant.ts';
import type { Site } from '../../domain/site.ts';
import { statementOf } from '../../domain/statement.ts';
import { refuse } from '../failures.ts';
import type { Store } from '../store/store.ts';
import type { ApprovalActivities } from './contract.ts';
import type { Lineage } from './lineage.ts';
import { grantRecords, type GrantStore } from './records.ts';
import { verifyApproval, type VerifyDependencies } from './verify.ts';

export interface PassDependencies extends VerifyDependencies {
  readonly store: VerifyDependencies['store'] & GrantStore & Pick<Store, 'showPlan'>;
  readonly lineage: Lineage;
  /** The activities that act after a gate. */
  readonly activitiesAfter: (gate: string) => readonly string[];
}

const DAY_MS = 86_400_000;
const LASTS_DAYS = 30;

type Asked = Parameters<ApprovalActivities['passGate']>[0];

/**
 * Verifies that enough different people approved a plan, and writes the grant. It trusts its argument in nothing:
 * workflow and run come from Temporal, approvers and quorum from site.yaml, the plan from the store, and who approved
 * from the signatures.
 */
export function passGate(dependencies: PassDependencies): ApprovalActivities['passGate'] {
  const { site, store, clock, lineage, activitiesAfter } = dependencies;
  const records = grantRecords(store);
  return async (asked) => {
    const { gate, round, digest } = asked;
    const [[own], current, spec] = [await lineage(), await site(), specOf(gate)];
    const made = await records.made(spec.name, digest);
    if (!made) throw noGrant(asked, `no activity has made the plan ${digest} for this gate`);
    const { binding } = await store.showPlan(digest);
    const start = await records.startOf(own.run);
    const { counting, problems } = await judge(dependencies, asked, {
      current,
      own,
      waivable: made.waivable,
      startedBy: start?.by ?? asked.startedBy,
    });
    const needed = current.quorum[spec.name];
    if (counting.length < needed)
      throw noGrant(asked, [`${counting.length} of ${needed} approvals count`, ...problems].join('; '));
    const at = clock();
    const grant: Grant = {
      ...own,
      gate: spec.name,
      round,
      digest,
      activities: activitiesAfter(gate),
      reach: reachOf(spec, binding),
      waived: waivedByAll(counting),
      approvals: counting.map(({ by, key }) => ({ by, key })),
      at: at.toISOString(),
      until: new Date(at.getTime() + (spec.lastsDays ?? LASTS_DAYS) * DAY_MS).toISOString(),
    };
    await records.changeGrant(own.run, spec.name, (before) => {
      if (before && before.round > round)
        throw noGrant(asked, `round ${before.round} of this gate has passed since; retry asks in a new round`);
      return before?.round === round && before.digest === digest ? before : grant;
    });
    for (const ended of spec.ends ?? []) await endGrant(records, own.run, specOf(ended).name, grant.at);
    if (spec.ends) await records.changeStart(own.run, (before) => before && { ...before, until: grant.at });
    const signed = counting.every(({ key }) => key !== null);
    const names = counting.map(({ by }) => by).join(' and ');
    return {
      what: 'grant',
      at: grant.at,
      summary: `gate ${gate} round ${round}: ${names} approved${signed ? '' : '; these are claims without a signature, since site.yaml has approvals.signed: false'}`,
      facts: { gate: spec.name, round, signed, until: grant.until },
      how: 'service',
    };
  };
}

const noGrant = ({ gate, round }: Pick<Asked, 'gate' | 'round'>, why: string) =>
  refuse('NoGrant', `gate ${gate} round ${round} does not pass: ${why}`);

function specOf(gate: string): AnyPlanGate {
  const spec = planGateOf(gate);
  if (!spec) throw refuse('NoGrant', `there is no gate "${gate}" that decides on a plan`);
  return spec;
}

function reachOf(spec: AnyPlanGate, binding: unknown) {
  try {
    return spec.reachOf(binding);
  } catch (error) {
    if (error instanceof PlanShapeError)
      throw refuse('PlanVoid', `${error.message}; plan again (semester retry STEP)`, error);
    throw error;
  }
}

const endGrant = (records: ReturnType<typeof grantRecords>, run: string, gate: AnyPlanGate['name'], at: string) =>
  records.changeGrant(run, gate, (before) => before && (before.until < at ? before : { ...before, until: at }));

interface Counted extends Claim {
  readonly key: string | null;
}

/** The approvals that count, and why the others do not. */
async function judge(
  dependencies: VerifyDependencies,
  { gate, round, digest, approvals }: Asked,
  a: {
    current: Site;
    own: { readonly workflow: string; readonly run: string };
    waivable: readonly string[];
    startedBy: string;
  },
): Promise<{ counting: readonly Counted[]; problems: readonly string[] }> {
  const { approvers, approvals: policy, quorum } = a.current;
  const needed = quorum[specOf(gate).name];
  const counting: Counted[] = [];
  const problems: string[] = [];
  for (const claim of approvals) {
    const { by, waive, comment, signature } = claim;
    const missing = a.waivable.filter((name) => !(waive ?? []).includes(name));
    let key: string | null = null;
    let why: string | null = null;
    if (!approvers.some(({ name }) => name === by)) why = 'is not an approver of this site';
    else if (counting.some((other) => other.by === by)) why = 'counts once';
    else if (needed >= 2 && by === a.startedBy) why = 'started the workflow, and the quorum is two or more';
    else if (missing.length > 0) why = `does not waive ${missing.join(', ')}`;
    else if (signature === undefined && policy.signed) why = 'did not sign';
    else if (signature !== undefined) {
      const verdict = { gate: specOf(gate).name, round, digest, verdict: 'approve', by } as const;
      const statement = statementOf(
        { ...verdict, ...(waive !== undefined && { waive }), ...(comment !== undefined && { comment }) },
        a.own,
      );
      const checked = await verifyApproval(dependencies)({ statement, signature });
      if ('refused' in checked) why = `did not sign this: ${checked.refused}`;
      else if (counting.some((other) => other.key === checked.signed.key))
        why = 'signed with the key of another approver';
      else ({ key } = checked.signed);
    }
    if (why === null) counting.push({ ...claim, key });
    else problems.push(`${by} ${why}`);
  }
  return { counting, problems };
}

/** The names that every approval waives. */
function waivedByAll([first, ...others]: readonly Claim[]): readonly string[] {
  return (first?.waive ?? []).filter((name) => others.every(({ waive }) => waive?.includes(name)));
}
