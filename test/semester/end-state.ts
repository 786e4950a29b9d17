import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { ParsedMail } from 'mailparser';
import type { Lab } from '../../lab/lab.ts';
import { PEOPLE } from '../../lab/people.ts';

/** Accounts that stay: exempt by site.yaml, and those of the administrators. */
const KEPT = 'prof';
export const KEPT_HOMES = ['bacchus', KEPT];

/** All accounts that are notified and removed. */
export const LEAVING = PEOPLE.filter(({ member, user }) => member && user !== KEPT);
export const addressesOf = (people: typeof PEOPLE): string[] => people.flatMap(({ email }) => email ?? []).toSorted();

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/** Names in a folder of a host, read anew; sorted. */
export const namesIn = async (lab: Lab, host: string, folder: string): Promise<string[]> =>
  lines(await lab.exec(host, `ls -A ${folder}`)).toSorted();

/** Processes of people on a host, except those of exempt accounts. */
export async function processesOn(lab: Lab, host: string): Promise<string[]> {
  const people = new Map(PEOPLE.filter(({ user }) => user !== KEPT).map(({ uid, user }) => [String(uid), user]));
  return lines(await lab.exec(host, 'ps -eo uid=')).flatMap((uid) => people.get(uid.trim()) ?? []);
}

/** What a GPU host runs and boots. */
export async function rootOf(lab: Lab, host: string) {
  const ask = async (command: string) => lines(await lab.exec(host, command));
  const [packages, [readOnly], [boots], [name], [bootId]] = await Promise.all([
    ask('pacman -Q | sort'),
    ask('btrfs property get -ts / ro'),
    ask('btrfs subvolume get-default / | sed "s/.* path //"'),
    ask('hostname'),
    ask('cat /proc/sys/kernel/random/boot_id'),
  ]);
  return { packages, readOnly, boots, name, bootId };
}

/** Every file's bytes and name below a folder of a host, as one hash. */
export const hashOf = (lab: Lab, host: string, folder: string): Promise<string> =>
  lab.exec(host, `cd ${folder} && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum`);

/** Addresses that a mail went to. */
export function recipientsOf({ to }: ParsedMail): string[] {
  const lists = to === undefined ? [] : Array.isArray(to) ? to : [to];
  return lists.flatMap(({ value }) => value.flatMap(({ address }) => address ?? []));
}

/** Recipients of the mails with these words in the subject, one entry for each mail, sorted. */
export async function mailedWith(lab: Lab, subject: RegExp): Promise<string[]> {
  const mails = await lab.services.smtp.mails();
  return mails
    .filter((mail) => subject.test(mail.subject ?? ''))
    .flatMap(recipientsOf)
    .toSorted();
}

/** Posts in a fresh clone of the homepage. */
export async function postsOf(lab: Lab): Promise<string[]> {
  return (await readdir(path.join(await lab.services.git.checkout(), '_posts'))).toSorted();
}

/** Subjects of the mails to people, in both languages. */
export const SUBJECT = {
  notice: /모두 삭제됩니다|all data end on/,
  deadline: /기한.*되었습니다|deadline .* has passed/,
  accepted: /준비되었습니다|is ready/,
  report: /보고:|Report:/,
} as const;
