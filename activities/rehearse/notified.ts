import { whoCanSignIn } from '../id-server/nested.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Directory, IdServer } from '../id-server/types.ts';
import type { LedgerEntry } from '../store/store.ts';

/** The expected ledger at the deadline: a notice in time for every member with an address (R1.1). */
export async function assumeNotified(
  semester: Semester,
  calendar: Calendar,
  idServer: Pick<IdServer, 'members' | 'implied'>,
  directory: Directory,
): Promise<readonly LedgerEntry[]> {
  const users = (await whoCanSignIn(idServer)).flatMap(({ username }) => username ?? []);
  const known = await directory.lookup(users);
  return users.map((person) => {
    const told = Boolean(known.get(person)?.email);
    return {
      semester: semester.name,
      kind: 'notice-0',
      edition: 1,
      person,
      state: told ? 'sent' : 'no-address',
      messageId: '',
      answer: null,
      at: calendar.notices[0] ?? calendar.deadline,
    };
  });
}
