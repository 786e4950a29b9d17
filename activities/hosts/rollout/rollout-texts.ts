import type { Difference } from '../../../domain/differences.ts';
import { many } from '../../../domain/many.ts';
import type { Language } from '../../../domain/names.ts';
import type { CanaryHealth } from './contract.ts';

/** At most so many names in one sentence. */
const NAMES = 5;
const first = (names: readonly string[]) => names.slice(0, NAMES).join(', ') + (names.length > NAMES ? ', …' : '');

const KINDS: Readonly<Record<Language, Readonly<Record<Difference['kind'], string>>>> = {
  ko: { account: '계정', password: '비밀번호', group: '그룹', unit: '유닛', file: '파일' },
  en: { account: 'account', password: 'password of', group: 'group', unit: 'unit', file: 'file' },
};
const SIGNS: Readonly<Record<Difference['change'], string>> = { lost: '-', replaced: '~', brought: '+' };

/** What the rollout's plan says. */
export function rolloutTexts(language: Language) {
  const ko = language === 'ko';
  const named = ({ kind, name }: Difference) => `${KINDS[language][kind]} ${name}`;
  return {
    headline: (image: string, leader: string, followers: readonly string[], packages: number, files: number): string =>
      ko
        ? `${leader}에서 만든 이미지 ${image}로 ${followers.join(', ')}의 루트를 바꾸고 재부팅합니다. 패키지 ${packages}개와 그 밖의 파일 ${files}개가 바뀝니다`
        : `Image ${image} of ${leader} replaces the root of ${followers.join(', ')}, which then reboot; ${many(packages, 'package')} and ${many(files, 'other file')} change`,
    nothing: (image: string, leader: string): string =>
      ko
        ? `바뀐 것이 없습니다. ${leader}의 이미지 ${image}는 배포하지 않습니다`
        : `Nothing has changed: image ${image} of ${leader} is not rolled out`,
    canary: ({ host, healthy, summary }: CanaryHealth): string =>
      ko
        ? `카나리 ${host}: ${healthy ? '정상' : '비정상'} — ${summary}`
        : `canary ${host}: ${healthy ? 'healthy' : 'NOT healthy'} — ${summary}`,
    unhealthy: ({ host, summary }: CanaryHealth): string =>
      ko
        ? `카나리 ${host}에서 이 이미지가 정상으로 올라오지 않았습니다: ${summary}. 원인을 알기 전에는 승인하지 마세요`
        : `The canary ${host} is not healthy with this image: ${summary}. Do not approve before you know why`,
    wave: (at: number, hosts: readonly string[]): string =>
      ko ? `웨이브 ${at}: ${hosts.join(', ')}` : `wave ${at}: ${hosts.join(', ')}`,
    difference: (one: Difference): string => `${SIGNS[one.change]} ${named(one)} (${one.hosts.join(', ')})`,
    /** What only one host has is gone afterwards. */
    lost: (host: string, differences: readonly Difference[]): string =>
      ko
        ? `${host}에만 있는 것 ${differences.length}개가 사라집니다: ${first(differences.map(named))}. 남겨야 하면 먼저 리더로 옮기거나 site.yaml의 update.perHost에 적어 주세요`
        : `${host} loses ${many(differences.length, 'thing')} that the image has not: ${first(differences.map(named))}. What must stay belongs on the leader first, or into update.perHost of site.yaml`,
    unmerged: (leader: string, files: readonly string[]): string =>
      ko
        ? `${leader}에 합치지 않은 설정 파일 ${files.length}개가 있습니다: ${first(files)} (pacdiff)`
        : `${leader} has ${many(files.length, 'configuration file')} that nobody has merged: ${first(files)} (pacdiff)`,
    foreign: (leader: string, packages: readonly string[]): string =>
      ko
        ? `${leader}의 패키지 ${packages.length}개는 저장소에 없어 업데이트되지 않습니다: ${first(packages)} (pacman -Qm)`
        : `${many(packages.length, 'package')} on ${leader} came from no repository and ${packages.length === 1 ? 'was' : 'were'} not updated: ${first(packages)} (pacman -Qm)`,
    more: (count: number): string =>
      ko ? `서버 사이의 차이가 ${count}개 더 있습니다` : `${count} more differences between hosts are not listed`,
    full: ko
      ? '전체 이미지입니다. 리더와 같은 스냅샷을 가진 서버가 없었습니다'
      : 'It is a full image: no other host had a snapshot of the leader.',
    lacking: (hosts: readonly string[], parent: string): string =>
      ko
        ? `${hosts.join(', ')}에는 ${parent}가 없어 전체 이미지를 따로 보냅니다`
        : `${hosts.join(', ')} lack${hosts.length === 1 ? 's' : ''} ${parent} and get${hosts.length === 1 ? 's' : ''} a full image.`,
    down: (host: string): string =>
      ko
        ? `${host}: 지금 응답이 없습니다. 다시 켜지면 이미지를 받습니다`
        : `${host} does not answer now: it gets the image when it is back.`,
    silent: (host: string): string =>
      ko
        ? `${host}: 이미지를 만들 때 응답이 없어 패키지와 설정을 비교하지 못했습니다`
        : `${host} did not answer when the image was made: its packages and settings were not compared.`,
  };
}
