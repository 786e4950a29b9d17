import type { Language } from '../../domain/names.ts';

/** What the removal gate says to people. `who` is a list of names. */
export interface RemovalTexts {
  headline(count: number, group: string): string;
  irreversible(file: string): string;
  alsoPending(who: string): string;
  shortNotice(who: string, enoughAt: string, command: string): string;
  noNotice(who: string, command: string): string;
  ownAccount(user: string): string;
  notNoticed: string;
  noticed(at: string): string;
  pending: string;
  more(count: number): string;
  /** Goes into the offered command as its reason; no quotes. */
  reason: string;
  until: string;
}

const en: RemovalTexts = {
  headline: (count, group) => `${count} members leave the group ${group} on the ID server`,
  irreversible: (file) =>
    `This cannot be undone: the ID server cannot add anybody again, each would have to ask anew. The members are kept in ${file}.`,
  alsoPending: (who) => `Members who have also asked to join lose both, membership and request: ${who}.`,
  shortNotice: (who, enoughAt, command) =>
    `Too little time since their notice: ${who}. Approve after ${enoughAt}, or move the deadline: ${command}`,
  noNotice: (who, command) =>
    `No notice is known to have reached: ${who}. Waive each by name (--waive), keep them, or move the deadline: ${command}`,
  ownAccount: (user) =>
    `${user} is the account this service signs in with, and would leave too. Keep it (keep in site.yaml) if it owns the group by being in it.`,
  notNoticed: 'no notice',
  noticed: (at) => `notice ${at}`,
  pending: 'also asked to join',
  more: (count) => `and ${count} more (semester plan removal)`,
  reason: 'more time since the notice',
  until: 'until',
};

const ko: RemovalTexts = {
  headline: (count, group) => `ID 서버의 그룹 ${group}에서 ${count}명을 내보냅니다`,
  irreversible: (file) =>
    `되돌릴 수 없습니다. ID 서버에는 다시 넣는 기능이 없어 각자 가입을 새로 신청해야 합니다. 명단은 ${file}에 남습니다.`,
  alsoPending: (who) => `가입 신청도 해 둔 회원은 회원 자격과 신청을 모두 잃습니다: ${who}.`,
  shortNotice: (who, enoughAt, command) =>
    `안내 메일을 받은 지 얼마 되지 않았습니다: ${who}. ${enoughAt} 이후에 승인하거나 기한을 늦추세요: ${command}`,
  noNotice: (who, command) =>
    `안내 메일이 닿았는지 알 수 없습니다: ${who}. 한 명씩 이름을 적어 넘기거나(--waive), 유지하거나(keep), 기한을 늦추세요: ${command}`,
  ownAccount: (user) =>
    `${user}은(는) 이 서비스가 로그인하는 계정인데 함께 나갑니다. 이 그룹에 있어서 관리 권한을 가진다면 site.yaml의 keep에 적으세요.`,
  notNoticed: '안내 없음',
  noticed: (at) => `안내 ${at}`,
  pending: '가입 신청도 함',
  more: (count) => `외 ${count}명 (semester plan removal)`,
  reason: '안내 후 시간이 부족함',
  until: '기한',
};

export const removalTexts = (language: Language): RemovalTexts => (language === 'ko' ? ko : en);
