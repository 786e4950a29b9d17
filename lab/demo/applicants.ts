import { approverKey } from '../approvers.ts';
import { PEOPLE, type LabPerson } from '../people.ts';
import type { Stage } from './stage.ts';
import { say } from './ui.ts';

function person(user: string): LabPerson {
  const found = PEOPLE.find((one) => one.user === user);
  if (found === undefined) throw new Error(`the lab has no account ${user}`);
  return found;
}

/** Answers the survey (with Docker) and requests to join. */
export const COMPLETE = person('ara');
/** Answers the survey, never requests to join, and is rejected. */
export const REJECTED = person('boram');
/** Requests to join; answers the survey after a mail asks for it. */
export const LATE = person('frank');

/** Three applicants, who use the ID server's page and the survey. */
export interface Applicants {
  apply(): Promise<void>;
  /** Reacts to new mails; returns true when every applicant has received their last mail. */
  poll(): Promise<boolean>;
}

export function createApplicants({ lab, semester }: Stage): Applicants {
  const { idServer, survey, smtp } = lab.services;
  const answer = ({ user, studentNumber, email }: LabPerson, docker: boolean) =>
    survey.add({ user, studentNumber, email: email ?? '', docker, terms: true });
  let before = new Map<string, number>();
  let answered = false;
  let rejected = false;

  /** Number of mails by address. */
  async function mailbox(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const mail of await smtp.mails())
      for (const to of addressesOf(mail)) counts.set(to, (counts.get(to) ?? 0) + 1);
    return counts;
  }

  return {
    async apply() {
      before = await mailbox();
      say(`${COMPLETE.user} answers the survey (with Docker) and requests to join; ${REJECTED.user} only answers;`);
      say(`${LATE.user} only requests to join`);
      await Promise.all([idServer.requestJoin(COMPLETE.user), idServer.requestJoin(LATE.user)]);
      await answer(COMPLETE, true);
      await answer(REJECTED, false);
    },
    async poll() {
      const now = await mailbox();
      const got = ({ email }: LabPerson) => (now.get(email ?? '') ?? 0) - (before.get(email ?? '') ?? 0);
      if (!answered && got(LATE) >= 1) {
        answered = true;
        say(`${LATE.user} receives a mail about the missing survey, and answers it`);
        await answer(LATE, false);
      }
      if (!rejected && got(REJECTED) >= 1) {
        rejected = true;
        say(`${REJECTED.user} receives a mail about the missing request; bob rejects the application`);
        const key = ['--key', approverKey(lab.dir, 'bob')];
        const why = ['--reason', '학과 구성원이 아닙니다'];
        const result = await semester.run(
          'applications',
          'reject',
          REJECTED.user,
          '--by',
          'bob',
          ...key,
          ...why,
          '--yes',
        );
        if (result.code !== 0) throw new Error(`the rejection failed: ${result.text}`);
      }
      return got(COMPLETE) >= 1 && got(REJECTED) >= 2 && got(LATE) >= 2;
    },
  };
}

/** The recipients' addresses of a mail. */
export function addressesOf({ to }: { to?: { value: { address?: string }[] } | { value: { address?: string }[] }[] }) {
  const lists = to === undefined ? [] : Array.isArray(to) ? to : [to];
  return lists.flatMap(({ value }) => value.flatMap(({ address }) => address ?? []));
}
