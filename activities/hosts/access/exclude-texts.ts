import type { Language } from '../../../domain/names.ts';

/** What the plan of an exclusion says. */
export function excludeTexts(language: Language) {
  const ko = language === 'ko';
  return {
    headline: (host: string, reason: string, storage: string, home: string): string =>
      ko
        ? `${host}을(를) 제외합니다 (${reason}). ${storage}은(는) ${host}에 ${home}을(를) 더 이상 내보내지 않습니다`
        : `Exclude ${host} (${reason}): ${storage} stops exporting ${home} to it`,
    exported: (client: string): string => (ko ? `지금 내보내는 곳: ${client}` : `exported now to ${client}`),
    later: (host: string, docker: string): string =>
      ko
        ? `제외된 동안 삭제가 이루어지면, ${host}이(가) 돌아올 때 ${docker} 안에서 유지 대상이 아닌 것을 모두 삭제한 뒤에 다시 내보냅니다`
        : `If a wipe happens meanwhile, everything in ${docker} of ${host} but what is kept is deleted when it returns, before anything is exported to it again`,
    /** In the plan of a wipe. */
    deferred: (host: string, docker: string): string =>
      ko
        ? `${host}은(는) 제외되어 있습니다. 돌아오면 ${docker} 안에서 유지 대상이 아닌 것을 모두 삭제합니다`
        : `${host} is excluded: when it returns, everything in its ${docker} but what is kept is deleted`,
    answers: (host: string): string =>
      ko
        ? `${host}은(는) 지금 응답합니다. 정말 제외해야 하는지 확인하십시오`
        : `${host} answers now: make sure that it has to be excluded`,
  };
}
