import { firstRange } from '../domain/docker-ranges.ts';
import type { Language } from '../domain/names.ts';

/** A person with an account in the lab. The hosts and the ID server get their accounts from the same list. */
export interface LabPerson {
  /** Account name on the hosts and on the ID server. */
  readonly user: string;
  /** POSIX uid on every host of a lab with large ids; not the ID server's row number. */
  readonly uid: number;
  /** Row number on the ID server; its API names it `uid`. */
  readonly idx: number;
  readonly name: string;
  readonly studentNumber: string;
  readonly language: Language;
  /** Verified address; null if unknown. */
  readonly email: string | null;
  /** Whether they are in the GPU group when the lab starts. */
  readonly member: boolean;
  /** Whether they have asked to join the GPU group. */
  readonly pending: boolean;
}

/**
 * The ids of a lab's accounts and groups. Large: as in the ID server's example configuration, where uids begin at
 * 100000, as ranges of subordinate ids usually do. Small: below `UID_MAX` of login.defs.
 */
export const ID_KINDS = {
  large: { firstUid: 100_000, users: 101_132, sudoers: 100_600 },
  small: { firstUid: 10_001, users: 2_000, sudoers: 2_001 },
} as const;
export type IdKind = keyof typeof ID_KINDS;

/** The administrators' account: on every host, never in the list of people. */
export const ADMINISTRATOR = { user: 'bacchus', uid: 999 } as const;

/** Account, name, language. The first is the exempt professor. None is an approver of the generated site. */
const ROWS = `
prof 박교수 ko
ara 김아라 ko
boram 이보람 ko
chaerin 최채린 ko
dave 정대현 ko
erin 이에린 ko
frank Frank_Weber en
grace 한은혜 ko
heidi Heidi_Keller en
ivan Ivan_Petrov en
judy 조유디 ko
kim 김민준 ko
lee 이서연 ko
mallory 말로리 ko
niaj Niaj_Rahman en
olivia 오리비아 ko
peggy 배기연 ko
quentin Quentin_Dubois en
rupert Rupert_Shaw en
sybil 서시빌 ko
trent 문태온 ko
uma Uma_Nair en
victor 빅승우 ko
walter 원태호 ko
xavier Xavier_Ruiz en
yuna 윤유나 ko
zoe 조이수 ko
gpu-01 홍길동 ko
han_ji 한지민 ko
jung2023 정하늘 ko
kang-s 강수빈 ko
minho 신민호 ko
nari 나리아 ko
seojun 서준영 ko
taeyang 남태양 ko
woojin 우진호 ko
`;

/** Have a pending request and are not members. `mallory` has both, which the ID server's tables allow. */
const PENDING_ONLY = new Set(['walter', 'xavier', 'yuna']);
const ALSO_PENDING = new Set(['mallory']);
const WITHOUT_ADDRESS = new Set(['rupert', 'nari']);

/** 36 people: 33 members (one also pending), 3 with only a pending request; two have no address. */
export const PEOPLE: readonly LabPerson[] = ROWS.trim()
  .split('\n')
  .map((row, at) => {
    const [user = '', name = '', language] = row.split(' ');
    return {
      user,
      uid: ID_KINDS.large.firstUid + at,
      idx: 7 + at,
      name: name.replace('_', ' '),
      studentNumber: `${2019 + (at % 6)}-${10_007 + at * 13}`,
      language: language === 'en' ? 'en' : 'ko',
      email: WITHOUT_ADDRESS.has(user) ? null : `${user}@${at % 3 === 0 ? 'snu.ac.kr' : 'example.org'}`,
      member: !PENDING_ONLY.has(user),
      pending: PENDING_ONLY.has(user) || ALSO_PENDING.has(user),
    };
  });

/** What the images of a lab's hosts hold: its accounts, its groups, and where subordinate ranges begin. */
export function idsOf(kind: IdKind) {
  const { firstUid, users, sudoers } = ID_KINDS[kind];
  const uids = new Map(PEOPLE.map(({ user }, at) => [user, firstUid + at]));
  return { uids, users, sudoers, ranges: firstRange([...uids.values(), users, sudoers]) };
}
