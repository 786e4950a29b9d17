import type { Phase } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import type { Calendar, Semester, SemesterInput } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import type { OperatorContext } from './operator/context.ts';
import { gate, type GateOptions, type GateResult } from './operator/gates.ts';
import { readSite } from './operator/site.ts';
import type { StepRef } from '../domain/step.ts';
import type { PlanGate } from '../domain/gates/index.ts';

/** State of a semester run before its first read; handlers of messages use it from the start. */
export interface Beginning {
  readonly operator: OperatorContext;
  readonly input: SemesterInput;
  semester: Semester;
  /** Null until the dates have been read or replaced by `reschedule`. */
  calendar: Calendar | null;
  /** Rises when the deadline changes after a notice was sent: mails of a new edition correct the old ones. */
  edition: number;
  /** The deadline in the notices sent before, and when it was corrected. */
  corrects: { readonly deadline: string; readonly at: string } | null;
  /** Rises with every `reschedule`. */
  moved: number;
  /** Digest of the notice plan that was approved last. */
  noticePlan: string | null;
  /** The latest notice, which `resend` sends again. */
  lastNotice: { readonly plan: string; readonly index: number } | null;
  /** Notices already sent, `edition:index`. */
  readonly sent: Set<string>;
  /** Whether a notice may have reached somebody: its dates then need a correction. */
  noticed: boolean;
  /** Whether members may have been removed from the group. */
  removing: boolean;
  lockout: Proof<'lockout'> | null;
  /** Hosts with closed logins, or with logins that a step is closing. */
  readonly closed: Set<string>;
  readonly absence: Map<string, Proof<'absence'>>;
  /** Hosts whose Docker data `host/<name>` wipes later; at the reopening such a task ends. */
  readonly deferredWipes: Set<string>;
  /** Whether homes may have been deleted; an abort leaves logins closed then. */
  wiping: boolean;
  backup: Proof<'backup'> | null;
  /** Null if the site has no replica host. */
  replica: Proof<'replica'> | null;
}

/** State of a semester run: its dates, which may move, and the proofs that later phases require. */
export interface Run extends Beginning {
  calendar: Calendar;
  site: SiteView;
  /** When the site was read, in milliseconds since 1970. */
  readAt: number;
}

/** A gate reads the site too, so a site read within this time counts as current. */
const NEW_ENOUGH_MS = 60_000;

/** Reads the site again at the start of a phase, unless its gate just did: approvers and hosts may have changed. */
export async function refreshSite(run: Run, phase: Phase): Promise<SiteView> {
  if (Date.now() - run.readAt < NEW_ENOUGH_MS) return run.site;
  run.site = await readSite(run.operator, run.input.site, phase);
  run.readAt = Date.now();
  return run.site;
}

/** Runs a gate of the semester. The run continues with the site on which the gate's plan was made. */
export function semesterGate(run: Run, name: PlanGate, o: Omit<GateOptions, 'site'>): Promise<GateResult> {
  const plan = async () => {
    const planned = await o.plan();
    run.site = planned.site;
    run.readAt = Date.now();
    return planned;
  };
  return gate(run.operator, name, { ...o, site: run.site, plan });
}

/** The ref, marked as done by hand if `byHand` is set. */
export const withByHand = (ref: StepRef, byHand: boolean): StepRef => ({ ...ref, byHand: ref.byHand || byHand });
