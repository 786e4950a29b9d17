import { many } from '../../domain/many.ts';
import type { Language } from '../../domain/names.ts';

/** What the plan of a rollback says. */
export function rollBackTexts(language: Language) {
  const ko = language === 'ko';
  const image = (name: string | null) => name ?? (ko ? '알 수 없는 이미지' : 'an unknown image');
  return {
    headline: (hosts: number, reason: string): string =>
      ko
        ? `서버 ${hosts}대를 이전 루트로 되돌리고 재부팅합니다 (${reason})`
        : `Take ${many(hosts, 'host')} back to the root that ran before, and reboot (${reason})`,
    row: (host: string, from: string | null, to: string | null): string => `${host}: ${image(from)} → ${image(to)}`,
    none: (host: string): string =>
      ko ? `${host}에는 되돌아갈 old-root가 없습니다` : `${host} has no old-root to go back to`,
    silent: (host: string, why: string): string =>
      ko ? `${host}을(를) 확인하지 못해 제외합니다: ${why}` : `${host} could not be looked at and is left out: ${why}`,
  };
}
