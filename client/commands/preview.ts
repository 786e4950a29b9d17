import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { Temporal } from 'temporal-polyfill';
import { loadSemester, loadSite, type SemesterOverrides } from '../../config/load.ts';
import type { Language } from '../../domain/names.ts';
import type { Io } from '../io.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { inspect } from '../workflows.ts';

interface Flags {
  readonly for: string;
  readonly lang?: Language;
  readonly semester?: string;
  readonly html?: string;
  readonly site: string;
  readonly json?: boolean;
}

/** `preview`: a mail as one person would get it; nobody is written to. */
export function previewCommand(io: Io): Command {
  return new Command('preview')
    .description('Show a mail as somebody would get it; nobody is written to')
    .argument('<mail>', 'a name below templates/mail/LANGUAGE: notice, deadline, accepted, missing-survey, gate, …')
    .requiredOption('--for <user>', 'account name; of mails to approvers, the name of one')
    .addOption(new Option('--lang <language>', 'ko or en; that of the person').choices(['ko', 'en']))
    .option('--semester <file>', 'where the dates come from; without it they are examples')
    .option('--html <file>', 'also write the HTML part; it names people: readable by you alone')
    .option('--site <file>', 'what stays', DEFAULT_SITE)
    .option('--json', 'print it as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  semester preview accepted --for erin --semester 2027-spring.yaml --html mail.html',
    )
    .action((mail: string, flags: Flags) => preview(io, mail, flags));
}

async function preview(io: Io, mail: string, flags: Flags): Promise<void> {
  const { for: user, lang: language = null, html, json } = flags;
  const site = await loadSite(flags.site);
  const today = Temporal.Now.plainDateISO(site.zone);
  const semester = await loadSemester(flags.semester ?? null, flags.semester === undefined ? exampleFrom(today) : {}, {
    site,
  });
  const seen = await io.withClient((client) => inspect(client, 'preview', { mail, user, language, semester }));
  if (html !== undefined) await writeFile(html, seen.html, { mode: 0o600 });
  if (json) return io.out(JSON.stringify(seen, null, 2));
  if (flags.semester === undefined) io.note('The dates are examples; --semester FILE takes those of a semester.');
  if (!seen.known) io.note(`Nobody is known as ${user}: name and language are made up.`);
  io.out(`To: ${seen.to ?? '(no address is known)'}\nSubject: ${seen.subject}\n\n${printable(seen.text)}`);
  if (html !== undefined) io.note(`The HTML part is in ${html}.`);
}

/** Dates as a semester has them, so that every mail can be shown. */
function exampleFrom(today: Temporal.PlainDate): SemesterOverrides {
  const day = (days: number) => today.add({ days }).toString();
  return {
    name: 'example',
    title: 'GPU 서버 계정 신청 안내',
    deadline: day(14),
    period: { from: day(30), until: day(190) },
    applications: { until: day(180) },
  };
}

/** Names of people must not move the cursor. */
const printable = (text: string) => text.replace(/[^\P{Cc}\n]/gu, '\u{fffd}');
