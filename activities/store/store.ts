import type { LedgerState } from '../../domain/ledger.ts';
import type { z } from 'zod';
import type { PlanGateSpec, StoredPlan } from '../../domain/gates/define.ts';
import type { Plan } from '../../domain/plan.ts';

/** The key of an entry in the mail ledger, which records the intent before DATA and the result after it. */
export interface LedgerKey {
  readonly semester: string;
  /** `notice-0`, `deadline`, `accepted`, `gate:wipe:1` … */
  readonly kind: string;
  readonly edition: number;
  /** Account name, or an approver's name. */
  readonly person: string;
}

export interface LedgerEntry extends LedgerKey {
  readonly state: LedgerState;
  readonly messageId: string;
  /** The answer of the SMTP server, or why there is none. */
  readonly answer: string | null;
  readonly at: string;
}

/** How many mails have a state. */
export interface MailCount {
  readonly state: LedgerState;
  /** Whether they are mails to approvers. */
  readonly approver: boolean;
  readonly count: number;
}

/** The durable store beside Temporal: plans by digest, the mail ledger, small named documents. */
export interface Store {
  /** Stores a plan under the digest of its binding and returns the digest; the newest `observed` wins. */
  putPlan(plan: Plan): Promise<string>;
  /**
   * The plan of a gate, read by its schemas.
   * @throws ApplicationFailure `PlanVoid` if there is none, or, naming the path, if it is not a plan of this gate
   */
  getPlan<N extends string, B extends z.ZodType, O extends z.ZodType>(
    gate: PlanGateSpec<N, B, O>,
    digest: string,
  ): Promise<{ readonly binding: z.infer<B>; readonly observed: z.infer<O> }>;
  /**
   * A stored plan without parsing, to show only, never to act on.
   * @throws ApplicationFailure `PlanVoid` if there is none
   */
  showPlan(digest: string): Promise<StoredPlan>;
  /** Stores any JSON by digest (usage tables, baselines). */
  putDocument(value: unknown): Promise<string>;
  getDocument<T>(digest: string): Promise<T>;
  /** A small named value: `baseline/2027-spring`. */
  putNamed(name: string, value: unknown): Promise<void>;
  getNamed<T>(name: string): Promise<T | null>;
  /**
   * Changes a named value atomically: no concurrent change of another worker is lost. Returns the new value. Calls
   * `change` again if another worker changed the value first.
   */
  changeNamed<T>(name: string, change: (before: T | null) => T): Promise<T>;
  /**
   * Claims the right to send, atomically. Returns null if the entry is new and now `intended`, else the existing entry.
   */
  claimMail(key: LedgerKey, messageId: string): Promise<LedgerEntry | null>;
  /** Records the outcome. An entry that is `sent` stays `sent`. */
  settleMail(key: LedgerKey, state: LedgerState, answer: string | null): Promise<void>;
  /** Releases a claim if the entry is still in `state`. The caller knows that nothing was sent, so a retry may send. */
  releaseMail(key: LedgerKey, state: Exclude<LedgerState, 'sent'>): Promise<void>;
  /** Records a bounce: an entry that is `sent` or `unknown` becomes `bounced`. Returns whether it changed. */
  bounceMail(key: LedgerKey, answer: string): Promise<boolean>;
  /**
   * Records outside of the store which mails are about to go. Returns those that may have been sent by a store that was lost
   * since: they are sent on a person's word only.
   * @throws ApplicationFailure like `Acts.record`
   */
  announceMails(keys: readonly LedgerKey[]): Promise<readonly LedgerKey[]>;
  listMail(semester: string, kind?: string): Promise<readonly LedgerEntry[]>;
  /** Counts the mails of all semesters whose state was written since then. */
  countMail(since: Date): Promise<readonly MailCount[]>;
  /** Size of the database in bytes. SQL does not tell how much room is left on its disk. */
  size(): Promise<number>;
  close(): Promise<void>;
}
