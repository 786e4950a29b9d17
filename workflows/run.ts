import type { Phase } from '../domain/names.ts';
import type { Proof } from '../domain/proof.ts';
import type { Calendar, Semester, SemesterInput } from '../domain/semester.ts';
import type { SiteView } from '../domain/site.ts';
import type { OperatorContext } from './operator/context.ts';
import { gate, type GateOptions, type GateResult } from './operator/gates.ts';
import { readSite } from './operator/site.ts';
import type { StepRef } from '../domain/step.ts';
import type { PlanGate } from '../domain/gates/index.ts';

/** What one run of a semester knows before it has read anything: messages count from then on. */
export interface Beginning {
  readonly operator: OperatorContext;
  readonly input: SemesterInput;
  semester: Semester;
  /** Null until it is read, or until new dates replace those that cannot be read. */
  calendar: Calendar | null;
  /** Rises when a date changed after a notice went out: mails of a new edition correct the old. */
  edition: number;
  /** The deadline of the notices that went out before, and when it was corrected. */
  corrects: { readonly deadline: string; readonly at: string } | null;
  /** Rises with every `reschedule`. */
  moved: number;
  /** Digest of the notice plan that was approved last. */
  noticePlan: string | null;
  /** The notice that goes or went out last: what `resend` sends again. */
  lastNotice: { readonly plan: string; readonly index: number } | null;
  /** Notices that went out, `edition:index`. */
  readonly sent: Set<string>;
  lockout: Proof<'lockout'> | null;
  /** Hosts on which logins are closed, or were about to be. */
  readonly closed: Set<string>;
  readonly absence: Map<string, Proof<'absence'>>;
  /** Whether any home may have been deleted: from then on an abort leaves logins closed. */
  wiping: boolean;
  backup: Proof<'backup'> | null;
  /** Where the site has another machine for it. */
  replica: Proof<'replica'> | null;
}

/** What one run of a semester knows: its dates, which may move, and the proofs that later phases demand. */
export interface Run extends Beginning {
  calendar: Calendar;
  site: SiteView;
  /** When the site was read, in milliseconds since 1970. */
  readAt: number;
}

/** A gate that has just been passed has read the site: for a minute it counts as current. */
const NEW_ENOUGH_MS = 60_000;

/** The site is read anew at each phase's start, by its gate or here: approvers and hosts may have changed since. */
export async function refreshSite(run: Run, phase: Phase): Promise<SiteView> {
  if (Date.now() - run.readAt < NEW_ENOUGH_MS) return run.site;
  run.site = await readSite(run.operator, run.input.site, phase);
  run.readAt = Date.now();
  return run.site;
}

/** A gate of the semester: the site on which its plan was made is the run's from then on. */
export function semesterGate(run: Run, name: PlanGate, o: Omit<GateOptions, 'site'>): Promise<GateResult> {
  const plan = async () => {
    const planned = await o.plan();
    run.site = planned.site;
    run.readAt = Date.now();
    return planned;
  };
  return gate(run.operator, name, { ...o, site: run.site, plan });
}

export const withByHand = (ref: StepRef, byHand: boolean): StepRef => ({ ...ref, byHand: ref.byHand || byHand });
