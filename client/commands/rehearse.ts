import { many } from '../../domain/many.ts';
import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { loadSemester, loadSite } from '../../config/load.ts';
import { calendarOf } from '../../domain/calendar.ts';
import { PLAN_GATES } from '../../domain/gates/index.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { calendarLines, couldPlan, detailsOf, gatesOf, type Rehearsal, renderRehearsal } from '../rehearsal.ts';
import { rehearsalHtml } from '../rehearsal-html.ts';
import { DEFAULT_SITE, overridesOf, withSemesterFlags, type SemesterFlags } from '../semester-flags.ts';
import { inspect } from '../workflows.ts';

interface Flags extends SemesterFlags {
  readonly semester?: string;
  readonly site: string;
  readonly html?: string;
  readonly json?: boolean;
}

/** `rehearse`: makes every gate's plan before a start; reads only. Exits with 1 if a gate failed. */
export function rehearseCommand(io: Io): Command {
  const command = new Command('rehearse')
    .description('Show every gate of a semester as it would be asked now; reads only, before any start')
    .option('--semester <file>', 'what changes from semester to semester')
    .option('--site <file>', 'what stays', DEFAULT_SITE)
    .option(
      '--html <file>',
      'also write the report, with the mails as they will look; it names people: readable by you alone',
    )
    .option('--json', 'print the report as JSON');
  return withSemesterFlags(command)
    .addHelpText('after', '\nExample:\n  semester rehearse --semester 2027-spring.yaml --html rehearsal.html')
    .action(async (flags: Flags) => {
      const rehearsal = await rehearse(io, flags);
      if (flags.html !== undefined) await writeFile(flags.html, await rehearsalHtml(rehearsal), { mode: 0o600 });
      const whole = rehearsal.gates.map((gate) => ({ ...gate, plan: detailsOf(gate) || null }));
      const code = couldPlan(rehearsal) ? EXIT.ok : EXIT.failed;
      io.out(flags.json ? jsonText('rehearse', { ...rehearsal, gates: whole }, { code }) : renderRehearsal(rehearsal));
      if (code !== EXIT.ok) throw new CliError(code, '');
    });
}

async function rehearse(io: Io, flags: Flags): Promise<Rehearsal> {
  const site = await loadSite(flags.site, { starter: null });
  const at = new Date();
  const semester = await loadSemester(flags.semester ?? null, overridesOf(flags), { site, now: at });
  const calendar = calendarOf(semester, site.zone);
  const wanted = gatesOf(semester);
  const gates = await io.withClient(async (client) => {
    // Fails early if the worker serves another site.
    const seen = await inspect(client, 'site', { site: site.name });
    if (!flags.json)
      io.note(`The worker reads ${many(seen.hosts.length + 1, 'host')} for ${many(wanted.length, 'gate')} …`);
    return await Promise.all(wanted.map((gate) => inspect(client, 'rehearse', { semester, calendar, gate })));
  });
  return {
    site: site.name,
    semester,
    at: at.toISOString(),
    calendar: calendarLines(calendar, site),
    quorum: PLAN_GATES.map(({ name: gate }) => ({ gate, needed: site.quorum[gate] })),
    approvers: site.approvers.map(({ name }) => name),
    gates,
  };
}
