/**
 * The contract between workflows and the outside world. Each activity is safe to run twice: it inspects the current
 * state, acts, verifies and returns the proof.
 */
import type { AuthorityOf } from '../domain/authority.ts';
import type { Planned, PlanRef } from '../domain/plan.ts';
import { applicationAuthority, type ApplicationActivities } from './applications/contract.ts';
import { approvalAuthority, type ApprovalActivities } from './approvals/contract.ts';
import { doctorAuthority, type DoctorActivities } from './doctor/contract.ts';
import { homepageAuthority, type HomepageActivities } from './homepage/contract.ts';
import { hostAuthority, type HostActivities } from './hosts/contract.ts';
import { idServerAuthority, type IdServerActivities } from './id-server/contract.ts';
import { lockAuthority, type LockActivities } from './locks/contract.ts';
import { mailAuthority, type MailActivities } from './mail/contract.ts';
import { rehearsalAuthority, type RehearsalActivities } from './rehearse/contract.ts';
import { siteAuthority, type SiteActivities } from './site/contract.ts';

/** The activities that the factories return. */
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

/** The activities that workflows call. An activity that makes a gate's plan also returns the site. See `withSite`. */
export type Activities = {
  [K in keyof Made]: Made[K] extends (a: infer A) => Promise<PlanRef> ? (a: A) => Promise<Planned> : Made[K];
};

/** The authority of each activity. The audit and `withSite` use it. */
export const AUTHORITY = {
  ...applicationAuthority,
  ...approvalAuthority,
  ...doctorAuthority,
  ...hostAuthority,
  ...idServerAuthority,
  ...lockAuthority,
  ...mailAuthority,
  ...homepageAuthority,
  ...rehearsalAuthority,
  ...siteAuthority,
} as const satisfies AuthorityOf<Made>;
