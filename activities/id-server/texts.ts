import { many } from '../../domain/many.ts';
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
  until(day: string): string;
}

const en: RemovalTexts = {
  headline: (count, group) => `${many(count, 'member leaves', 'members leave')} the group ${group} on the ID server`,
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
  more: (count) => `and ${count} more (all of them: semester plan … --all)`,
  reason: 'more time since the notice',
  until: (day) => `until ${day}`,
};

const ko: RemovalTexts = {
  headline: (count, group) => `ID 서버의 ${group} 그룹에서 ${count}명을 제외합니다`,
  irreversible: (file) =>
    `되돌릴 수 없습니다. ID 서버에는 회원을 다시 넣는 기능이 없어 각자 가입을 새로 신청해야 합니다. 명단은 ${file}에 저장해 두었습니다.`,
  alsoPending: (who) => `회원이면서 가입도 신청해 둔 사람은 회원 자격과 신청이 모두 없어집니다: ${who}.`,
  shortNotice: (who, enoughAt, command) =>
    `안내를 받은 뒤 지난 시간이 부족합니다: ${who}. ${enoughAt} 이후에 승인하거나 기한을 늦추세요: ${command}`,
  noNotice: (who, command) =>
    `안내를 받았는지 확인되지 않은 사람입니다: ${who}. 직접 알린 뒤 승인할 때 --waive에 이름을 적거나, 계정을 유지하거나(semester keep), 기한을 늦추세요: ${command}`,
  ownAccount: (user) =>
    `${user}은(는) 이 서비스가 ID 서버에 로그인하는 계정인데 함께 제외됩니다. 이 그룹의 회원이어서 관리 권한이 있는 것이라면 site.yaml의 keep에 적어 주세요.`,
  notNoticed: '안내 없음',
  noticed: (at) => `안내 ${at}`,
  pending: '가입 신청도 함',
  more: (count) => `외 ${count}명 (전체: semester plan … --all)`,
  reason: '안내 후 시간이 부족함',
  until: (day) => `${day}까지`,
};

export const removalTexts = (language: Language): RemovalTexts => (language === 'ko' ? ko : en);
