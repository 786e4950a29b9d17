import { writeFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { Temporal } from 'temporal-polyfill';
import { loadSemester, loadSite } from '../../config/load.ts';
import { exampleDates } from '../../domain/example-dates.ts';
import type { Language } from '../../domain/names.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
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

/** `preview`: shows a mail as one person would get it; sends nothing. */
export function previewCommand(io: Io): Command {
  return new Command('preview')
    .description('Show a mail as one person would get it; sends nothing')
    .argument('<mail>', 'a name below templates/mail/LANGUAGE: notice, deadline, accepted, missing-survey, gate, …')
    .requiredOption('--for <user>', 'account name; for mails to approvers, the name of an approver')
    .addOption(new Option('--lang <language>', 'ko or en; default: the language of the person').choices(['ko', 'en']))
    .option('--semester <file>', 'semester.yaml with the dates; without it, the dates are examples')
    .option('--html <file>', 'also write the HTML part to a file; it names people, so that only you can read it')
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .option('--json', 'print the result as JSON')
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
  const semester = await loadSemester(flags.semester ?? null, flags.semester === undefined ? exampleDates(today) : {}, {
    site,
  });
  const seen = await io.withClient((client) => inspect(client, 'preview', { mail, user, language, semester }));
  if (html !== undefined) await writeFile(html, seen.html, { mode: 0o600 });
  if (json) return io.out(jsonText('preview', seen));
  if (flags.semester === undefined) io.note('The dates are examples; --semester FILE takes those of a semester.');
  if (!seen.known) io.note(`No account or approver ${user} is known: name and language are examples.`);
  if (seen.examples.length > 0) io.out(`Examples, not of ${user}: ${seen.examples.join(', ')}`);
  io.out(`To: ${seen.to ?? '(no known address)'}\nSubject: ${seen.subject}\n\n${seen.text}`);
  if (html !== undefined) io.note(`The HTML part is in ${html}.`);
}
