import type { SeenHome } from '../../../domain/gates/wipe.ts';
import type { Language } from '../../../domain/names.ts';
import { dateIn } from '../../../domain/calendar.ts';
import { many } from '../../../domain/many.ts';
import type { Stay } from '../../../domain/retention.ts';
import { formatBytes } from '../../../domain/size.ts';
import { stateWord } from '../../mail/state-labels.ts';
import type { TreeEntry } from './tree.ts';

/** What the wipe's plan says to the approvers, in their language. */
export function wipeTexts(language: Language, zone: string) {
  const day = (seconds: number) => dateIn(new Date(seconds * 1000).toISOString(), zone);
  const ko = language === 'ko';
  return {
    headline: (storage: string, homes: number, docker: number, hosts: number, backup: string): string =>
      ko
        ? `${storage}의 홈 ${homes}개와 GPU 서버 ${hosts}대의 Docker 디렉터리 ${docker}개를 삭제합니다. 백업: ${backup}`
        : `Delete ${many(homes, 'home')} on ${storage} and ${many(docker, 'Docker directory', 'Docker directories')} on ${many(hosts, 'GPU server')}. Backup: ${backup}`,
    row: (name: string, { bytes, files, newest, lastLogin, notice }: SeenHome): string => {
      const size = formatBytes(bytes);
      const told = notice.at === null ? null : dateIn(notice.at, zone);
      const login = lastLogin === null ? null : day(lastLogin);
      return ko
        ? `${name} — ${size}, 파일 ${files}개, 마지막 변경 ${day(newest)}, 마지막 로그인 ${login ?? '알 수 없음'}, 안내 ${told ?? `없음(${notice.state === null ? '보낸 적 없음' : stateWord(notice.state, language)})`}`
        : `${name} — ${size}, ${many(files, 'file')}, last changed ${day(newest)}, last login ${login ?? 'unknown'}, notice ${told ?? `none (${notice.state ?? 'never sent'})`}`;
    },
    unnoticed: (count: number, first: readonly string[]): string => {
      const names = first.join(', ') + (count > first.length ? ', …' : '');
      return ko
        ? `홈 소유자 ${count}명은 안내를 받았는지 확인되지 않았습니다: ${names}. 직접 알린 뒤 승인할 때 --waive에 모두 적어 주세요`
        : `no notice is known to have reached ${many(count, 'owner')}: ${names}. Tell them, then name each with --waive when you approve`;
    },
    stays: (host: string, paths: readonly string[]): string => {
      const names = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ', …' : '');
      return ko
        ? `${host}: ${names}은(는) 삭제하지 않습니다. 삭제하려면 site.yaml의 layout.alsoWipe에 적어 주세요`
        : `${host}: ${names} stays; layout.alsoWipe in site.yaml names what is deleted as well`;
    },
    mounted: (host: string, mount: string): string =>
      ko
        ? `${host}: ${mount}에 다른 파일 시스템이 마운트되어 있습니다. umount하기 전에는 아무것도 삭제하지 않습니다`
        : `${host}: a file system is mounted at ${mount}: nothing is deleted there before you umount it`,
    /** Directories that do not belong to whom their name says. */
    strangers: (entries: readonly TreeEntry[]): readonly string[] =>
      entries
        .slice(0, 5)
        .map(({ name, owner, bytes }) =>
          ko
            ? `${name}의 소유자는 ${owner}입니다 (${formatBytes(bytes)}). 삭제해도 되는지 확인해 주세요`
            : `${name} belongs to ${owner} (${formatBytes(bytes)}): make sure that it may go`,
        ),
  };
}

/** What the prune's plan says. */
export function pruneTexts(language: Language) {
  const ko = language === 'ko';
  return {
    headline: (count: number, storage: string): string =>
      ko
        ? `${storage}에서 두 분기가 지난 백업 ${count}개를 삭제합니다`
        : `Delete ${many(count, 'backup')} on ${storage} older than two quarters`,
    row: (name: string, until: string, nested: number): string =>
      ko
        ? `${name} — 보관 기한 ${until}, 중첩 서브볼륨 ${nested}개`
        : `${name} — kept until ${until}, ${many(nested, 'nested subvolume')}`,
    stays: (name: string, why: Stay, until: string | null): string => `${name} — ${STAYS[language](until)[why]}`,
    silent: (why: string): string =>
      ko
        ? `복제본을 확인하지 못해 아무 백업도 삭제하지 않습니다: ${why}`
        : `The replica could not be looked at, so that no backup may go: ${why}`,
  };
}

/** Why a backup stays, for people. */
const STAYS: Readonly<Record<Language, (until: string | null) => Readonly<Record<Stay, string>>>> = {
  ko: (until) => ({
    undated: '이름에 날짜가 없습니다',
    writable: '읽기 전용이 아닙니다',
    young: `${until}까지 보관합니다`,
    only: '유일한 백업입니다',
    newest: '가장 최근의 백업입니다',
    'not-replicated': '복제본이 아직 없습니다',
    'common-parent': '다음 복제의 기준입니다',
  }),
  en: (until) => ({
    undated: 'its name begins with no date',
    writable: 'it is not read-only',
    young: `kept until ${until}`,
    only: 'the only one',
    newest: 'the newest',
    'not-replicated': 'not on the replica yet',
    'common-parent': 'the next one is sent to the replica on top of it',
  }),
};
