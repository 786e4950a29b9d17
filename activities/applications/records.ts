import type { FirstSeen } from '../../domain/applications-seen.ts';
import type { ApplicantState, NearMiss } from '../../domain/applications.ts';
import type { ApplicantDecision } from '../../domain/judgement.ts';
import type { Store } from '../store/store.ts';

/** The result of the last poll, for people. It stays in the store only, because it names people. */
export interface Overview {
  readonly counts: Readonly<Partial<Record<ApplicantState, number>>>;
  readonly nearMisses: readonly NearMiss[];
  /** Rows that newer answers of the same person replace. */
  readonly superseded: readonly number[];
  /** Rows that cannot be used, and why. */
  readonly unusable: readonly string[];
  /** Rows of the pending list without an account name. */
  readonly unnamed: readonly number[];
}

/** A member whose account is not proven on every host. */
export interface Unready {
  /** By `accountKey`. */
  readonly user: string;
  /** Since when, UTC. */
  readonly since: string;
  /** The hosts that lack the proof, and why. */
  readonly hosts: readonly string[];
}

interface Baseline {
  readonly at: string;
  /** The ID server's row numbers; accounts may have no name. */
  readonly uids: readonly number[];
}

/** R7's records of one semester. Everything else follows from the survey, the group and the ledger. */
export function recordsOf(store: Store, semester: string) {
  const named = <T>(name: string) => ({
    get: () => store.getNamed<T>(`${name}/${semester}`),
    put: (value: T) => store.putNamed(`${name}/${semester}`, value),
    change: (change: (before: T | null) => T) => store.changeNamed<T>(`${name}/${semester}`, change),
  });
  return {
    /** Requests that were pending before publication. */
    baseline: named<Baseline>('baseline'),
    /** Users whose Docker grant is done or deferred on every host. */
    grants: named<readonly string[]>('grants'),
    /** Members whose account some host did not know at the last look. */
    unready: named<readonly Unready[]>('applications-unready'),
    seen: named<FirstSeen>('applications-seen'),
    /** The newest decision of approvers about each applicant. */
    decisions: named<readonly ApplicantDecision[]>('applications-decisions'),
    /** Since when survey or ID server do not answer, UTC; null while they answer. */
    outage: named<string | null>('applications-outage'),
    overview: named<Overview>('applications-overview'),
    /** Address of the survey form, known from the publish plan on. */
    form: named<string>('form'),
  };
}
