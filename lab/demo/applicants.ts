import { approverKey } from '../approvers.ts';
import { PEOPLE, type LabPerson } from '../people.ts';
import type { Stage } from './stage.ts';
import { say } from './ui.ts';

function person(user: string): LabPerson {
  const found = PEOPLE.find((one) => one.user === user);
  if (found === undefined) throw new Error(`nobody in the lab is called ${user}`);
  return found;
}

/** Both halves at once, and Docker. */
export const COMPLETE = person('ara');
/** Answers the survey, never asks to join, and is rejected. */
export const REJECTED = person('boram');
/** Asks to join, is told to answer the survey, and does. */
export const LATE = person('frank');

/** What three applicants do, as people do it: on the ID server's page and in the survey. */
export interface Applicants {
  apply(): Promise<void>;
  /** Goes on when something has happened since; true when everybody is served. */
  look(): Promise<boolean>;
}

export function createApplicants({ lab, semester }: Stage): Applicants {
  const { idServer, survey, smtp } = lab.services;
  const answer = ({ user, studentNumber, email }: LabPerson, docker: boolean) =>
    survey.add({ user, studentNumber, email: email ?? '', docker, terms: true });
  let before = new Map<string, number>();
  let answered = false;
  let rejected = false;

  /** How many mails each address has got. */
  async function mailbox(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for (const mail of await smtp.mails())
      for (const to of addressesOf(mail)) counts.set(to, (counts.get(to) ?? 0) + 1);
    return counts;
  }

  return {
    async apply() {
      before = await mailbox();
      say(`${COMPLETE.user} answers the survey (with Docker) and asks to join; ${REJECTED.user} only answers;`);
      say(`${LATE.user} only asks to join`);
      await Promise.all([idServer.requestJoin(COMPLETE.user), idServer.requestJoin(LATE.user)]);
      await answer(COMPLETE, true);
      await answer(REJECTED, false);
    },
    async look() {
      const now = await mailbox();
      const got = ({ email }: LabPerson) => (now.get(email ?? '') ?? 0) - (before.get(email ?? '') ?? 0);
      if (!answered && got(LATE) >= 1) {
        answered = true;
        say(`${LATE.user} has been told what is missing, and answers the survey`);
        await answer(LATE, false);
      }
      if (!rejected && got(REJECTED) >= 1) {
        rejected = true;
        say(`${REJECTED.user} is told what is missing too; bob knows better, and rejects`);
        const key = ['--key', approverKey(lab.dir, 'bob')];
        const why = ['--reason', '학과 구성원이 아닙니다'];
        const said = await semester.quietly(
          'applications',
          'reject',
          REJECTED.user,
          '--by',
          'bob',
          ...key,
          ...why,
          '--yes',
        );
        if (said.code !== 0) throw new Error(`the rejection was not accepted: ${said.text}`);
      }
      return got(COMPLETE) >= 1 && got(REJECTED) >= 2 && got(LATE) >= 2;
    },
  };
}

/** Whom a mail went to. */
export function addressesOf({ to }: { to?: { value: { address?: string }[] } | { value: { address?: string }[] }[] }) {
  const lists = to === undefined ? [] : Array.isArray(to) ? to : [to];
  return lists.flatMap(({ value }) => value.flatMap(({ address }) => address ?? []));
}
