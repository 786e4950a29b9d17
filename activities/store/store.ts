import type { LedgerState } from '../../domain/ledger.ts';
import type { z } from 'zod';
import type { PlanGateSpec, StoredPlan } from '../../domain/gates/define.ts';
import type { Plan } from '../../domain/plan.ts';

/** One line of the mail ledger: intent before DATA, result after. */
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
  /** What the SMTP server said, or why not. */
  readonly answer: string | null;
  readonly at: string;
}

/** The durable store beside Temporal: plans by digest, the mail ledger, small named documents. */
export interface Store {
  /** Stores a plan under the digest of its binding and returns the digest; the newest `observed` wins. */
  putPlan(plan: Plan): Promise<string>;
  /**
   * The plan of a gate, read by its schemas.
   * @throws ApplicationFailure `PlanVoid` when there is none, or it is not a plan of this gate: then naming the path.
   */
  getPlan<N extends string, B extends z.ZodType, O extends z.ZodType>(
    gate: PlanGateSpec<N, B, O>,
    digest: string,
  ): Promise<{ readonly binding: z.infer<B>; readonly observed: z.infer<O> }>;
  /** Any plan as it is stored: to be shown, never to act on. @throws ApplicationFailure `PlanVoid` when there is none. */
  showPlan(digest: string): Promise<StoredPlan>;
  /** Stores any JSON by digest (usage tables, baselines). */
  putDocument(value: unknown): Promise<string>;
  getDocument<T>(digest: string): Promise<T>;
  /** A small named value: `baseline/2027-spring`. */
  putNamed(name: string, value: unknown): Promise<void>;
  getNamed<T>(name: string): Promise<T | null>;
  /**
   * Makes a named value from what it is, also where other workers do at the same moment: none of them is lost. Returns what
   * it has become. `change` is called again when somebody was faster.
   */
  changeNamed<T>(name: string, change: (before: T | null) => T): Promise<T>;
  /** Atomically claims the right to send: the entry as it was before, or null when it is new and now `intended`. */
  claimMail(key: LedgerKey, messageId: string): Promise<LedgerEntry | null>;
  /** Records how it ended. An entry that is `sent` stays so. */
  settleMail(key: LedgerKey, state: LedgerState, answer: string | null): Promise<void>;
  /** Gives a claim back, if the entry is still in `state`: it is known that nothing was sent, and it may be tried again. */
  releaseMail(key: LedgerKey, state: Exclude<LedgerState, 'sent'>): Promise<void>;
  /** Records that it came back: an entry that is `sent` or `unknown` becomes `bounced`. Returns whether it was one. */
  bounceMail(key: LedgerKey, answer: string): Promise<boolean>;
  listMail(semester: string, kind?: string): Promise<readonly LedgerEntry[]>;
  close(): Promise<void>;
}
