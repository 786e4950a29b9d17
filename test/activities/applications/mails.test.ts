import { describe, expect, it } from 'vitest';
import { applicantMail } from '../../../activities/applications/mails.ts';
import type { Person } from '../../../activities/id-server/types.ts';
import type { Applicant, AnswerProblem } from '../../../domain/applications.ts';
import type { ApplicantMail } from '../../../domain/applications-due.ts';
import type { Language } from '../../../domain/names.ts';
import { calendar, semesterOf, siteAt } from '../homepage/publishing.ts';

const formUrl = 'https://forms.example.org/apply';
const context = { site: siteAt('/nowhere'), semester: semesterOf(1), calendar, formUrl };
const applicant = (
  more: Partial<Applicant> = {},
  docker = false,
  problems: readonly AnswerProblem[] = [],
): Applicant => ({
  user: 'erin',
  uid: 7,
  state: 'member',
  requested: false,
  problems,
  answer: {
    row: 2,
    at: null,
    user: 'erin',
    studentNumber: '',
    email: 'erin@survey.kr',
    docker,
    terms: true,
    cells: {},
  },
  superseded: [],
  breaks: [],
  decision: null,
  twin: null,
  ...more,
});
const person = (language: Language, email: string | null = 'erin@snu.ac.kr'): Person => ({
  user: 'erin',
  uid: 7,
  name: '이에린',
  email,
  language,
});
const render = (kind: ApplicantMail, who = applicant(), language: Language = 'ko') =>
  applicantMail(context, { kind, edition: 1, applicant: who }, person(language)).render();

describe('the recipient of a mail', () => {
  const to = (who: Applicant, known: Person | undefined) =>
    applicantMail(context, { kind: 'accepted', edition: 1, applicant: who }, known).to;

  it('is the verified address, else the answer’s, else null', () => {
    expect(to(applicant(), person('ko'))).toEqual({ name: '이에린', address: 'erin@snu.ac.kr' });
    expect(to(applicant(), person('ko', null))).toEqual({ name: '이에린', address: 'erin@survey.kr' });
    expect(to(applicant(), undefined)).toEqual({ name: 'erin', address: 'erin@survey.kr' });
    expect(to(applicant({ answer: null }), person('ko', null))).toBeNull();
  });
});

describe.each(['ko', 'en'] as const)('in %s', (language) => {
  it('the mail to an accepted applicant holds everything that the runbook lists', async () => {
    const { text } = await render('accepted', applicant(), language);
    for (const said of [
      'ssh erin@asahi',
      'asahi, bernini: RTX 3090 × 4',
      language === 'ko' ? '2027년 8월 10일 (화)' : 'Tuesday, 10 August 2027',
      language === 'ko' ? '한 번에 한 대의 서버' : 'one server at a time',
      'conda create',
      'sudo /usr/local/sbin/add-me-to-docker-user',
      '/local/.docker/erin',
      'https://example.org/agreement',
      'help@example.org',
    ])
      expect(text).toContain(said);
  });

  it('an applicant who asked for Docker reads that the setup is under way', async () => {
    const asked = await render('accepted', applicant({}, true), language);
    const not = await render('accepted', applicant({}, false), language);
    const sentence = language === 'ko' ? '신청하신 대로' : 'As you asked';
    expect([asked.text.includes(sentence), not.text.includes(sentence)]).toEqual([true, false]);
  });

  it('the mail about a missing half holds the link to it', async () => {
    expect((await render('missing-request', applicant(), language)).text).toContain(
      'https://id.example.org/groups/gpu',
    );
    expect((await render('missing-survey', applicant({ answer: null }), language)).text).toContain(formUrl);
  });

  it('the mail names only the actual problems', async () => {
    const text = async (problems: readonly AnswerProblem[], requested: boolean) =>
      (await render('problems', applicant({ requested }, false, problems), language)).text;
    const join = 'https://id.example.org/groups/gpu';
    const agreement = 'https://example.org/agreement';
    expect(await text(['terms'], true)).toMatch(new RegExp(agreement));
    expect(await text(['terms'], true)).not.toContain(join);
    expect(await text(['username'], false)).toContain(join);
    expect(await text(['username'], false)).not.toContain(agreement);
  });

  it('the mail names each broken rule of the site in the applicant’s language', async () => {
    const say = { ko: '학부생만 신청할 수 있습니다.', en: 'Only students of the department can apply.' };
    const who = applicant({ breaks: [{ column: '소속', oneOf: ['컴퓨터공학부'], say }] }, false, [
      'rule',
      'student-number',
    ]);
    const { text } = await render('problems', who, language);
    expect(text).toContain(say[language]);
    expect(text).not.toContain(say[language === 'ko' ? 'en' : 'ko']);
    expect(text).toContain(language === 'ko' ? '학번과 다릅니다' : 'student number you gave');
  });

  it('the rejection holds the reason', async () => {
    const decision = {
      user: 'erin',
      verdict: 'reject',
      by: ['kim'],
      reason: 'no longer a student',
      at: '',
      said: '',
      edition: 1,
    } as const;
    const { text } = await render('rejected', applicant({ decision }), language);
    expect(text).toContain('no longer a student');
    expect(text).not.toContain('kim');
  });

  it('a survey answer is rendered as text, not as markup', async () => {
    const { html } = await render('problems', applicant({ user: '<img src=x>' }, false, ['username']), language);
    expect(html).not.toContain('<img');
  });
});
