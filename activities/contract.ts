/**
 * The contract between workflows and the outside world. Each activity is safe to run twice: it inspects what is there, acts,
 * verifies, and returns the proof.
 */
import type { Planned, PlanRef } from '../domain/plan.ts';
import type { ApplicationActivities } from './applications/contract.ts';
import type { ApprovalActivities } from './approvals/contract.ts';
import type { DoctorActivities } from './doctor/contract.ts';
import type { HomepageActivities } from './homepage/contract.ts';
import type { HostActivities } from './hosts/contract.ts';
import type { IdServerActivities } from './id-server/contract.ts';
import type { LockActivities } from './locks/contract.ts';
import type { MailActivities } from './mail/contract.ts';
import type { RehearsalActivities } from './rehearse/contract.ts';
import type { SiteActivities } from './site/contract.ts';

/** What the factories make. */
export type Made = ApplicationActivities &
  ApprovalActivities &
  DoctorActivities &
  HostActivities &
  IdServerActivities &
  LockActivities &
  MailActivities &
  HomepageActivities &
  RehearsalActivities &
  SiteActivities;

/** As workflows call them: an activity that makes a gate's plan returns the site with it. See `withSite`. */
export type Activities = {
  [K in keyof Made]: Made[K] extends (a: infer A) => Promise<PlanRef> ? (a: A) => Promise<Planned> : Made[K];
};
