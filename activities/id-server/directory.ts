import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { readTextFile, TextFileError } from '../../config/text-file.ts';
import { headerProblem } from '../../domain/csv-header.ts';
import type { Language } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import { queryIdServer } from './database.ts';
import type { Directory, Person } from './types.ts';

export interface DirectoryDependencies {
  readonly site: () => Promise<Site>;
  /** Secret `SEMESTER_ID_DATABASE_URL`, a read-only role; needed if `addresses.source` is `postgres`. */
  readonly databaseUrl: string | undefined;
}

/**
 * Names, addresses and languages from the ID server's database or a CSV file, as site.yaml sets; read at each call. The
 * result omits unknown names. Fails with `ConfigInvalid` or `Unreachable`.
 */
export function createDirectory({ site, databaseUrl }: DirectoryDependencies): Directory {
  return {
    async lookup(users) {
      const { addresses, language } = await site();
      if (addresses.source === 'csv') return fromCsv(addresses.file, users, language);
      if (!databaseUrl) {
        const remedy = 'set SEMESTER_ID_DATABASE_URL, or addresses.source to csv in site.yaml';
        throw refuse('ConfigInvalid', `addresses come from the ID server's database: ${remedy}`);
      }
      return fromPostgres(databaseUrl, users, language);
    },
  };
}

/** One verified address per person: the first at snu.ac.kr, else the first of all. The ID server chooses in the same way. */
const PEOPLE = `
  select u.username as user, u.idx as uid, u.name, u.preferred_language as language, e.address as email
  from users u left join lateral (
    select address_local || '@' || address_domain as address from email_addresses
    where owner_idx = u.idx order by lower(address_domain) = 'snu.ac.kr' desc, idx limit 1
  ) e on true
  where u.username = any($1)`;

async function fromPostgres(url: string, users: readonly string[], fallback: Language) {
  const rows = await queryIdServer<Omit<Person, 'language'> & { language: string }>(url, PEOPLE, [users]);
  return byUser(rows.map((row) => ({ ...row, language: languageOf(row.language) ?? fallback })));
}

const Row = z.object({
  username: z.string().min(1),
  name: z.string(),
  email: z.union([z.literal(''), z.email()]),
  language: z.union([z.literal(''), z.enum(['ko', 'en'])]),
});

async function fromCsv(file: string, users: readonly string[], fallback: Language) {
  const place = `addresses.file ${file}`;
  const text = await readTextFile(file).catch((error: unknown) => {
    if (!(error instanceof TextFileError)) throw error;
    if (error.code !== undefined) throw refuse('ConfigInvalid', `${place} cannot be read (${error.code})`, error);
    throw refuse('ConfigInvalid', `addresses.file ${error.message}`, error);
  });
  const wanted = new Set(users);
  const seen = new Map<string, number>();
  const people: Person[] = [];
  for (const { record, info } of rowsOf(text, place)) {
    const row = Row.safeParse(record);
    const line = `${place}, line ${info.lines}`;
    if (!row.success) throw refuse('ConfigInvalid', `${line}: ${z.prettifyError(row.error)}`);
    const { username: user, name, email, language } = row.data;
    const first = seen.get(user);
    if (first) throw refuse('ConfigInvalid', `${line}: ${user} is already in line ${first}`);
    seen.set(user, info.lines);
    if (wanted.has(user)) people.push({ user, uid: null, name, email: email || null, language: language || fallback });
  }
  return byUser(people);
}

function demandHeader(header: string[]): string[] {
  const problem = headerProblem(header);
  if (problem !== null) throw new Error(`line 1 ${problem}`);
  return header;
}

function rowsOf(text: string, place: string): readonly { record: unknown; info: { lines: number } }[] {
  try {
    return parse(text, {
      columns: (header: string[]) => demandHeader(header),
      bom: true,
      trim: true,
      skip_empty_lines: true,
      info: true,
    });
  } catch (error) {
    throw refuse('ConfigInvalid', `${place}: ${error instanceof Error ? error.message : 'no CSV'}`, error);
  }
}

const languageOf = (text: string): Language | null => (text === 'ko' || text === 'en' ? text : null);
const byUser = (people: readonly Person[]) => new Map(people.map((person) => [person.user, person]));
