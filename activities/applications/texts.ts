import type { Applicant, NearMiss } from '../../domain/applications.ts';
import type { Language } from '../../domain/names.ts';

/** What the gate `applications` says to people. */
export interface ReviewTexts {
  headline(count: number): string;
  row(applicant: Applicant): string;
  nearMiss(miss: NearMiss): string;
}

const numberOf = ({ answer }: Applicant) => answer?.studentNumber || '–';

const en: ReviewTexts = {
  headline: (count) => `${count} applicants are accepted into the group and mailed`,
  row: (a) => `${a.user}, student number ${numberOf(a)}${a.answer?.docker ? ', with Docker' : ''}`,
  nearMiss: ({ user, row, account }) =>
    `row ${row} of the survey names ${user} with the student number of ${account ?? 'an account without a name'}: not joined`,
};

const ko: ReviewTexts = {
  headline: (count) => `신청자 ${count}명을 그룹에 받아들이고 메일로 알립니다`,
  row: (a) => `${a.user}, 학번 ${numberOf(a)}${a.answer?.docker ? ', Docker 신청' : ''}`,
  nearMiss: ({ user, row, account }) =>
    `설문 ${row}행의 아이디는 ${user}인데 학번은 ${account ?? '아이디 없는 계정'}의 것입니다. 같은 사람으로 보지 않았습니다`,
};

export const reviewTexts = (language: Language): ReviewTexts => (language === 'ko' ? ko : en);
