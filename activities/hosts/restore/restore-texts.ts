import { many } from '../../../domain/many.ts';
import type { Language } from '../../../domain/names.ts';

/** What the restore's plan says to the approvers, in their language. */
export function restoreTexts(language: Language) {
  const ko = language === 'ko';
  return {
    headline: (homes: number, backup: string, storage: string, folder: string): string =>
      ko
        ? `백업 ${backup}에서 홈 ${homes}개를 ${storage}의 ${folder} 아래에 복원합니다`
        : `Restore ${many(homes, 'home')} from the backup ${backup} to ${folder} on ${storage}`,
    row: (name: string, owner: string, path: string, size: string): string =>
      `${name} (${owner}${size && `, ${size}`}) → ${path}`,
    there: (name: string): string =>
      ko
        ? `${name} — 홈이 이미 있어 복원하지 않습니다 (이 사람만 지정해 복원하면 홈 옆에 따로 만듭니다)`
        : `${name} — has a home again and gets nothing back (restored alone, it goes beside that)`,
    room: (bytes: string, free: string): string =>
      ko
        ? `남은 공간은 ${free}, 홈의 크기는 ${bytes}입니다. 백업과 같은 파일 시스템이라면 공간을 거의 쓰지 않습니다`
        : `${free} are free for ${bytes}: enough only where the folder is on the backups' own file system`,
  };
}
