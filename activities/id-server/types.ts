import type { Language } from '../../domain/names.ts';

/** A row of the ID server's member or pending list. `uid` is its row number, not the POSIX uid. */
export interface Member {
  readonly uid: number;
  readonly username: string | null;
  readonly name: string;
  readonly studentNumbers: readonly string[];
}

/** Membership of the one configured group. */
export interface IdServer {
  members(): Promise<readonly Member[]>;
  pending(): Promise<readonly Member[]>;
  /** Accepts, then reads members and pending again: who of `uids` is a member now. */
  accept(
    uids: readonly number[],
  ): Promise<{ readonly members: readonly number[]; readonly missing: readonly number[] }>;
  /**
   * Takes away pending requests only, then reads again: who of `uids` had one and has none now, and who still has one. A
   * member is left alone: the server's call would take the membership as well.
   */
  reject(
    uids: readonly number[],
  ): Promise<{ readonly rejected: readonly number[]; readonly remaining: readonly number[] }>;
  /** Removes memberships and pending requests, then reads again: who of `uids` is still in either. */
  remove(
    uids: readonly number[],
  ): Promise<{ readonly removed: readonly number[]; readonly remaining: readonly number[] }>;
}

/** Somebody with an account, and where to reach them. */
export interface Person {
  readonly user: string;
  readonly uid: number | null;
  readonly name: string;
  /** Null where no verified address is known. */
  readonly email: string | null;
  readonly language: Language;
}

/** Names, addresses and languages by account name. */
export interface Directory {
  lookup(users: readonly string[]): Promise<ReadonlyMap<string, Person>>;
}
