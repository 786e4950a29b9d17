import { noticeGate, type NoticeBinding, type NoticeObserved } from '../../domain/gates/notice.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { many } from '../../domain/many.ts';
import type { Language } from '../../domain/names.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Kept, Site } from '../../domain/site.ts';
import { personData } from './data.ts';

const ROWS = 10;
/** A status stays below 64 KB, however many people have no address; the plan itself names them all. */
const NAMED = 200;

interface Words {
  headline(people: number, deadline: string, was: string | null): string;
  row(user: string, language: Language, home: string, docker: string): string;
  readonly noDocker: string;
  noAddress(user: string): string;
  noAddressMore(count: number): string;
  told(told: number, left: number, first: string): string;
  nameless(row: number): string;
  unmeasured(hosts: string): string;
  noHomes(host: string): string;
  kept(user: string, reason: string, until: string | undefined): string;
}

const WORDS: Readonly<Record<Language, Words>> = {
  ko: {
    headline: (people, deadline, was) =>
      was === null
        ? `${people}명에게 계정 만료와 데이터 삭제를 안내합니다. 기한: ${deadline}`
        : `${people}명에게 기한 변경을 안내합니다. ${was} → ${deadline}`,
    row: (user, language, home, docker) => `${user} (${language}) — 홈 ${home}, Docker ${docker}`,
    noDocker: '없음',
    noAddress: (user) =>
      `${user}: 메일 주소를 알 수 없어 안내를 보내지 못합니다. 직접 알린 뒤 승인할 때 --waive에 적어 주세요.`,
    noAddressMore: (count) => `이 밖에 ${count}명도 메일 주소를 알 수 없습니다. semester plan … --all에 모두 나옵니다.`,
    told: (told, left, first) =>
      `${told}명은 이전 문구의 메일을 이미 받았습니다 (${first}). 이 문구는 나머지 ${left}명에게만 보냅니다.`,
    nameless: (row) => `ID 서버의 ${row}번 회원은 계정 이름이 없어 메일을 보낼 수 없습니다. ID 서버에서 확인해 주세요.`,
    unmeasured: (hosts) => `${hosts}: 응답이 없어 Docker 데이터의 크기를 재지 못했습니다. 메일에도 그렇게 적힙니다.`,
    noHomes: (host) => `${host}: 응답이 없어 홈 디렉터리의 크기를 재지 못했습니다. 메일에도 그렇게 적힙니다.`,
    kept: (user, reason, until) => `${user} — ${reason}${until ? `, ${until}까지` : ''}`,
  },
  en: {
    headline: (people, deadline, was) =>
      was === null
        ? `tell ${many(people, 'person', 'people')} that their access and data end on ${deadline}`
        : `tell ${many(people, 'person', 'people')} that the deadline has moved from ${was} to ${deadline}`,
    row: (user, language, home, docker) => `${user} (${language}) — home ${home}, Docker ${docker}`,
    noDocker: 'none',
    noAddress: (user) =>
      `${user} has no known address and gets no mail: tell them in person, and waive ${user} when you approve`,
    noAddressMore: (count) =>
      `${count} more ${count === 1 ? 'has' : 'have'} no known address; semester plan … --all names them all`,
    told: (told, left, first) =>
      `${many(told, 'person has', 'people have')} got this mail already, with the text of before (${first}): this text goes to the other ${left} only`,
    nameless: (row) => `the member in row ${row} has no account name and gets no mail: look them up on the ID server`,
    unmeasured: (hosts) => `${hosts}: not reached, so the size of Docker data there is not known, and the mails say so`,
    noHomes: (host) => `${host}: not reached, so the sizes of homes are not known, and the mails say so`,
    kept: (user, reason, until) => `${user} — ${reason}${until ? `, until ${until}` : ''}`,
  },
};

/** The notice plan at a glance, in the site's language. */
export function noticePlanRef(
  site: Site,
  digest: string,
  binding: NoticeBinding,
  { people, unmeasured, homesMeasured, noAddress, told, nameless }: NoticeObserved,
  keep: readonly Kept[],
): PlanRef {
  const { recipients, deadline, corrects } = binding;
  const words = WORDS[site.language];
  const when = (instant: string) => formatInstant(instant, site.zone, site.language);
  const rows = recipients.slice(0, ROWS).map(({ user, language }) => {
    const usage = people[user] ?? { name: user, home: null, docker: {} };
    const { home, docker } = personData(user, usage, unmeasured, site.language);
    return words.row(user, language, home, docker.map((d) => `${d.host} ${d.size}`).join(', ') || words.noDocker);
  });
  return {
    gate: 'notice',
    digest,
    headline: words.headline(recipients.length, when(deadline), corrects === null ? null : when(corrects)),
    counts: {
      recipients: recipients.length,
      noAddress: noAddress.length,
      told: told.length,
      ko: recipients.filter(({ language }) => language === 'ko').length,
      en: recipients.filter(({ language }) => language === 'en').length,
    },
    rows,
    total: recipients.length,
    kept: keep.map(({ user, reason, until }) => words.kept(user, reason, until)),
    warnings: [
      ...(told.length > 0
        ? [words.told(told.length, recipients.length - told.length, told.slice(0, 3).join(', '))]
        : []),
      ...noAddress.slice(0, ROWS).map((user) => words.noAddress(user)),
      ...(noAddress.length > ROWS ? [words.noAddressMore(noAddress.length - ROWS)] : []),
      ...nameless.slice(0, ROWS).map((row) => words.nameless(row)),
      ...(homesMeasured ? [] : [words.noHomes(site.storage.name)]),
      ...(unmeasured.length > 0 ? [words.unmeasured(unmeasured.join(', '))] : []),
    ],
    waivable: noAddress.slice(0, NAMED),
    confirm: noticeGate.confirm(binding),
    empty: recipients.length === 0,
  };
}
