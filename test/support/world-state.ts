import type { Images } from './world-update.ts';
import type { People } from './world-between.ts';
import type { Post } from './world-post.ts';
import type { Activities } from '../../activities/contract.ts';
import type { WipeProofs } from '../../domain/proof.ts';
import type { Statement } from '../../domain/statement.ts';
import type { PlanGate } from '../../domain/gates/index.ts';
import type { ApplicationAction } from '../../domain/applications-due.ts';

/** A fleet in memory, for what no real fleet can show: months in seconds. It keeps what happened, and when. */
export interface World extends Images, People, Post {
  readonly acts: Activities;
  /** Every activity that changed something or sent a mail, with its instant. */
  readonly log: { readonly at: string; readonly what: string }[];
  readonly members: Set<string>;
  readonly pending: Set<string>;
  readonly homes: Set<string>;
  /** Accounts with processes, by host. */
  readonly sessions: Map<string, Set<string>>;
  readonly closed: Map<string, string>;
  readonly excluded: Set<string>;
  readonly mails: { readonly at: string; readonly kind: string; readonly to: string; readonly about: string }[];
  /** The proofs that each wipe was given. */
  readonly handed: WipeProofs[];
  /** The machine that gets a copy of each backup. */
  replica: string | null;
  approvers: string[];
  /** Verdicts must be signed; a good signature is the JSON of the statement. */
  signed: boolean;
  sign: (statement: Statement) => Promise<string>;
  webhook: boolean;
  /** After which time the approvers are reminded; a site has six hours at least. */
  remindEveryMs: number;
  /** How often a list of applicants is due. */
  reviewEveryMs: number;
  readonly quorum: Partial<Record<PlanGate, number>>;
  /** Makes an activity fail until it is deleted here; `down`: retryable, as a host that does not answer. */
  readonly broken: Map<string, string>;
  /** Accounts that a host has not learned yet, by host. */
  readonly unknownOn: Map<string, ReadonlySet<string>>;
  /** Makes an activity wait before it does anything. */
  readonly held: Map<string, Promise<void>>;
  /** Every step that reached a host, by activity, with the workflow that its remote jobs belong to. */
  readonly jobs: { readonly what: string; readonly host: string; readonly workflow: string }[];
  /** Applications that are due at the next poll. */
  readonly due: ApplicationAction[];
  /** The GPU servers, the leader first. */
  hosts: readonly string[];
  /** How many of them one poll hands over. */
  page: number;
  /** Applicants on a day's list, by name. */
  readonly review: Set<string>;
  /** The semester that was started after this one. */
  nextStarted: string | null;
}
