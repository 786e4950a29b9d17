import type { Language } from '../../domain/names.ts';

/** A row of the ID server's member or pending list. `uid` is its row number, not the POSIX uid. */
export interface Member {
  readonly uid: number;
  readonly username: string | null;
  readonly name: string;
  readonly studentNumbers: readonly string[];
}

/** An account that signs in because it is a member of a group above the configured one. */
export interface Implied extends Member {
  /** Identifiers of those groups. */
  readonly via: readonly string[];
}

/** Membership of the configured group. */
export interface IdServer {
  /** Direct members. */
  members(): Promise<readonly Member[]>;
  /** Members of the groups above, who sign in as well; some may be direct members too. */
  implied(): Promise<readonly Implied[]>;
  /** Of these groups of the ID server, those of each account, also through other groups; by account name. */
  groupsOf(groups: readonly string[]): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  pending(): Promise<readonly Member[]>;
  /** Accepts `uids`, then reads members and pending again. Returns which of them are members now. */
  accept(
    uids: readonly number[],
  ): Promise<{ readonly members: readonly number[]; readonly missing: readonly number[] }>;
  /**
   * Removes pending requests only, then reads again. Returns which of `uids` had a request and have none now, and which
   * still have one. It skips members, because the server's call would also remove the membership.
   */
  reject(
    uids: readonly number[],
  ): Promise<{ readonly rejected: readonly number[]; readonly remaining: readonly number[] }>;
  /** Removes memberships and pending requests, then reads again. `remaining` lists those still in either list. */
  remove(
    uids: readonly number[],
  ): Promise<{ readonly removed: readonly number[]; readonly remaining: readonly number[] }>;
}

/** A person with an account, and their address. */
export interface Person {
  readonly user: string;
  readonly uid: number | null;
  readonly name: string;
  /** Null if no verified address is known. */
  readonly email: string | null;
  readonly language: Language;
}

/** Names, addresses and languages by account name. */
export interface Directory {
  lookup(users: readonly string[]): Promise<ReadonlyMap<string, Person>>;
}
