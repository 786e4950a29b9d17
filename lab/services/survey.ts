import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import type { LabSurvey } from './types.ts';

/** The survey's columns, for `site.survey.columns`. The export's first column, the timestamp, is not configured. */
export const SURVEY_COLUMNS = {
  username: '아이디',
  studentNumber: '학번',
  email: '이메일',
  docker: 'Docker 사용',
  terms: '약관 동의',
} as const;

/** For `site.survey.yes`. */
export const SURVEY_YES = ['예', '동의합니다'] as const;

const stamp = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium', timeZone: 'Asia/Seoul' });

/** Creates `dir/survey.csv`, in the format of a Korean form's export. Overwrites an existing file. */
export async function createSurvey(dir: string): Promise<LabSurvey> {
  const file = join(dir, 'survey.csv');
  await writeFile(file, stringify([['타임스탬프', ...Object.values(SURVEY_COLUMNS)]], { bom: true }));
  return {
    file,
    add: ({ user, studentNumber, email, docker, terms, at = new Date() }) =>
      appendFile(
        file,
        stringify([
          [
            stamp.format(at).replaceAll('-', '/'),
            user,
            studentNumber,
            email,
            docker ? '예' : '아니요',
            terms ? '동의합니다' : '동의하지 않습니다',
          ],
        ]),
      ),
  };
}
