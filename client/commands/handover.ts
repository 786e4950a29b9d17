import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { loadSite } from '../../config/load.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { ownedSecrets, type Owned } from '../../domain/handover.ts';
import type { Site } from '../../domain/site.ts';
import type { Waiting } from '../../domain/status.ts';
import type { Io } from '../io.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import { queryStatus } from '../workflows.ts';

/** What a workflow that runs waits for, and what comes next. */
interface Running {
  readonly workflowId: string;
  /** Null when no worker answers. */
  readonly waitingFor: readonly Waiting[] | null;
  readonly dates: readonly (readonly [what: string, at: string])[];
}

interface Handover {
  readonly site: string;
  readonly approvers: readonly { readonly name: string; readonly email: string }[];
  readonly quorum: Site['quorum'];
  readonly secrets: readonly Owned[];
  readonly running: readonly Running[];
}

/** `handover`: all that whoever takes over has to know. Names secrets, and holds none. */
export function handoverCommand(io: Io): Command {
  return new Command('handover')
    .description('Print what a successor has to know: open gates, next dates, whose the credentials are, who approves')
    .option('--site <file>', 'what stays', DEFAULT_SITE)
    .option('--json', 'print it as JSON')
    .addHelpText('after', '\nExample:\n  semester handover > handover.txt')
    .action(async ({ site: file, json }: { site: string; json?: boolean }) => {
      const site = await loadSite(file);
      const running = await io.withClient((client) => lookAtAll(client, new Date()));
      const handover: Handover = {
        site: site.name,
        approvers: site.approvers.map(({ name, email }) => ({
          name,
          email,
        })),
        quorum: site.quorum,
        secrets: ownedSecrets(site),
        running,
      };
      io.out(json ? JSON.stringify(handover, null, 2) : renderHandover(handover, site));
    });
}

/** Everything of the product that runs, but the locks of hosts that nobody waits for. */
async function lookAtAll(client: Client, now: Date): Promise<readonly Running[]> {
  const running: Running[] = [];
  for await (const { workflowId, type } of client.workflow.list({ query: "ExecutionStatus = 'Running'" })) {
    if (['host', 'site', 'inspect'].includes(type)) continue;
    const status = await queryStatus(client, workflowId);
    const next = status?.next ? [[status.next.what, status.next.at] as const] : [];
    const dates = [...Object.entries(status?.dates ?? {}), ...next].filter(([, at]) => Date.parse(at) > now.getTime());
    // A semester shows what its children wait for, and each of them is listed by itself.
    const own = status?.waitingFor.filter(
      (waiting, index, all) => all.findIndex(({ key }) => key === waiting.key) === index,
    );
    running.push({
      workflowId,
      waitingFor: own ?? null,
      dates: dates.toSorted(([, a], [, b]) => (a < b ? -1 : 1)),
    });
  }
  return running;
}

export function renderHandover(
  { site, approvers, quorum, secrets, running }: Handover,
  { zone, language }: Pick<Site, 'zone' | 'language'>,
): string {
  const gates = Object.entries(quorum).map(([gate, needed]) => `${gate} ${needed}`);
  const secret = ({ secret: name, owner, until }: Owned) =>
    `${name}: ${owner ?? 'nobody is named: add owners in site.yaml'}${until === null ? '' : `, good until ${until}`}`;
  const work = running.flatMap(({ workflowId, waitingFor, dates }) => [
    '',
    workflowId,
    ...dates.map(([what, at]) => `  ${what}: ${formatInstant(at, zone, language)}`),
    ...(waitingFor === null ? ['  no worker answers'] : []),
    ...(waitingFor ?? []).flatMap(({ sentence, commands }) => [
      `  ! ${sentence}`,
      ...commands.map((command) => `      ${command}`),
    ]),
  ]);
  return [
    `Handover of ${site}`,
    '',
    'Who approves:',
    ...approvers.map(({ name, email }) => `  ${name} <${email}>`),
    `  approvals that each gate needs: ${gates.join(', ')}`,
    '',
    'Credentials, and whom to ask for them:',
    ...secrets.map((one) => `  ${secret(one)}`),
    '',
    running.length === 0 ? 'Nothing runs.' : 'What runs:',
    ...work,
  ].join('\n');
}
