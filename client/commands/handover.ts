import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { loadSite } from '../../config/load.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { secretOwners, type SecretOwner } from '../../domain/handover.ts';
import type { Language } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import type { Waiting } from '../../domain/status.ts';
import type { DoctorCheck } from '../../activities/doctor/contract.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { inReadersTime, readerOf } from '../reader.ts';
import { inspect, queryStatus } from '../workflows.ts';

/** A running workflow: what it waits for, and its next dates. */
interface Running {
  readonly workflowId: string;
  /** Null when it does not answer. */
  readonly waitingFor: readonly Waiting[] | null;
  /** Why it does not answer: no worker, or it is stuck. */
  readonly silent: string | null;
  readonly dates: readonly (readonly [what: string, at: string])[];
}

interface Handover {
  readonly site: string;
  readonly approvers: readonly { readonly name: string; readonly email: string }[];
  readonly quorum: Site['quorum'];
  readonly secrets: readonly SecretOwner[];
  readonly running: readonly Running[];
  /** Hosts whose logins are closed, with the command that opens them; null: no worker answers. */
  readonly closed: readonly DoctorCheck[] | null;
  /** Trash on hosts that left site.yaml, which only a person can delete; null: no worker answers. */
  readonly trash: readonly DoctorCheck[] | null;
}

/** `handover`: prints what a successor needs to know. Names secrets, but contains none. */
export function handoverCommand(io: Io): Command {
  return new Command('handover')
    .description('Print what a successor needs to know: open gates, next dates, owners of credentials, approvers')
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester handover > handover.txt')
    .action(async ({ site: file, json }: { site: string; json?: boolean }) => {
      const site = await loadSite(file);
      const [running, left] = await io.withClient(async (client) => [
        await listRunning(client, new Date()),
        await listLeft(client, site.name, json ? 'en' : readerOf(site).language),
      ]);
      const handover: Handover = {
        site: site.name,
        approvers: site.approvers.map(({ name, email }) => ({
          name,
          email,
        })),
        quorum: site.quorum,
        secrets: secretOwners(site),
        running,
        closed: left && left.filter(({ check }) => check === 'logins'),
        trash: left && left.filter(({ check }) => check === 'trash'),
      };
      io.out(json ? jsonText('handover', handover) : renderHandover(handover, site));
    });
}

/** The hosts whose logins are closed or unknown, and trash that was left behind; null if no worker answers. */
async function listLeft(client: Client, site: string, language: Language): Promise<readonly DoctorCheck[] | null> {
  const report = await inspect(client, 'doctor', { site, fix: false, language, only: 'left' }).catch(
    (error: unknown) => {
      if (error instanceof CliError) return null;
      throw error;
    },
  );
  return report && report.checks.filter(({ state }) => state !== 'ok');
}

/** All running workflows of the service, except locks (`host/…`, `site/…`) and inspections. */
async function listRunning(client: Client, now: Date): Promise<readonly Running[]> {
  const running: Running[] = [];
  for await (const { workflowId, type } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    if (['host', 'site', 'inspect'].includes(type)) continue;
    const { status, silent } = await queryStatus(client, workflowId).then(
      (answer) => ({ status: answer, silent: answer === null ? 'no worker answers' : null }),
      (error: unknown) => ({ status: null, silent: stuckReason(error) }),
    );
    const next = status?.next ? [[status.next.what, status.next.at] as const] : [];
    const dates = [...Object.entries(status?.dates ?? {}), ...next].filter(([, at]) => Date.parse(at) > now.getTime());
    // A semester also reports what its children wait for, so that a key may appear twice.
    const own = status?.waitingFor.filter(
      (waiting, index, all) => all.findIndex(({ key }) => key === waiting.key) === index,
    );
    running.push({
      workflowId,
      waitingFor: own ?? null,
      silent,
      dates: dates.toSorted(([, a], [, b]) => (a < b ? -1 : 1)),
    });
  }
  return running;
}

/** The words of a stuck run. @throws any other error */
function stuckReason(error: unknown): string {
  if (error instanceof CliError && error.code === EXIT.stuck) return error.message;
  throw error;
}

export function renderHandover(
  { site, approvers, quorum, secrets, running, closed, trash }: Handover,
  { zone, language }: Pick<Site, 'zone' | 'language'>,
): string {
  const gates = Object.entries(quorum).map(([gate, needed]) => `${gate} ${needed}`);
  const secret = ({ secret: name, owner, until }: SecretOwner) =>
    `${name}: ${owner ?? 'no owner is named; add it to owners in site.yaml'}${until === null ? '' : `, valid until ${until}`}`;
  const work = running.flatMap(({ workflowId, waitingFor, dates, silent }) => [
    '',
    workflowId,
    ...dates.map(([what, at]) => `  ${what}: ${formatInstant(at, zone, language)}`),
    ...(silent === null ? [] : [`  ${silent}`]),
    ...(waitingFor ?? []).flatMap(({ sentence, commands }) => [
      `  ! ${sentence}`,
      ...commands.map((command) => `      ${command}`),
    ]),
  ]);
  return [
    `Handover of ${site}`,
    '',
    'Approvers:',
    ...approvers.map(({ name, email }) => `  ${name} <${email}>`),
    `  quorum of each gate: ${gates.join(', ')}`,
    '',
    'Credentials and their owners:',
    ...secrets.map((one) => `  ${secret(one)}`),
    '',
    ...[...closedLines(closed), ...trashLines(trash)].map((line) => inReadersTime(line, readerOf({ zone, language }))),
    '',
    running.length === 0 ? 'No workflow runs.' : 'Running workflows:',
    ...work,
  ].join('\n');
}

function closedLines(closed: Handover['closed']): readonly string[] {
  if (closed === null) return ['Logins: no worker answers, so that nobody knows which hosts are closed.'];
  if (closed.length === 0) return ['Logins are open on every host.'];
  return ['Logins:', ...closed.flatMap(({ where, found, remedy }) => [`  ${where}: ${found}`, `      ${remedy}`])];
}

function trashLines(trash: Handover['trash']): readonly string[] {
  if (trash === null || trash.length === 0) return [];
  return ['', 'Trash left behind:', ...trash.flatMap(({ found, remedy }) => [`  ${found}`, `      ${remedy}`])];
}
