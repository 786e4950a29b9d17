import path from 'node:path';
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import type { Mailed } from '../../watch/alarm.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonLine } from '../json.ts';

interface Flags {
  readonly worker: string;
  readonly backups?: string;
  readonly state?: string;
  readonly every?: string;
  readonly test?: boolean;
  readonly json?: boolean;
}

const WAYS = `
Alarms, by the environment:
  SEMESTER_WATCH_SMTP_URL  smtps://USER:PASSWORD@HOST, a mail server other than that of site.yaml
  SEMESTER_WATCH_FROM, SEMESTER_WATCH_TO  the addresses, separated by commas
  SEMESTER_WATCH_PING_URL  called while nothing is wrong: a dead man's switch
The two URLs are secrets: NAME_FILE or a systemd credential hold them as well.`;

/** `watch`: asks Temporal, worker, store and backups from outside; mails by a second way or calls a ping address. */
export function watchCommand(io: Io): Command {
  const env = process.env;
  return new Command('watch')
    .description('Check from outside whether the service works; alarm by a second way')
    .option(
      '--worker <url>',
      "the worker's /health, or off",
      env['SEMESTER_WORKER_HEALTH'] ?? 'http://127.0.0.1:8070/health',
    )
    .option('--backups <folder>', "folder of the service's backups, whose age is checked", env['SEMESTER_BACKUPS'])
    .option('--state <file>', 'remembers what was mailed; default: watch.json in $STATE_DIRECTORY')
    .option('--every <minutes>', 'look again and again; without it, once')
    .option('--test', 'send a test alarm by each way, and look at nothing')
    .option('--json', 'print the findings as JSON')
    .addHelpText('after', `${WAYS}\n\nExample:\n  semester watch\n  semester watch --test`)
    .action(async (flags: Flags) => {
      const { alarm, readWays, test } = await alarms();
      const ways = await readWays();
      if (flags.test) {
        await test(flags.json ? { ...io, out: (text: string) => io.note(text) } : io, ways);
        if (flags.json) io.out(jsonLine('watch', { findings: [], failed: [] }));
        return;
      }
      if (ways.mail === null && ways.pingUrl === null)
        io.note('No alarm is configured: nobody hears of findings (semester watch --help).');
      const every = flags.every === undefined ? null : minutes(flags.every);
      const file = flags.state ?? inStateDirectory(env['STATE_DIRECTORY']);
      for (let before: Mailed | null = null; ;) {
        const findings = await look(io, flags);
        const { done, failed, mailed } = await alarm(ways, findings, { file, before });
        before = mailed;
        const { linesOf } = await import('../../watch/alarm.ts');
        const text = findings.length === 0 ? 'All checks pass.' : linesOf(findings).join('\n');
        const code = findings.length > 0 || failed.length > 0 ? EXIT.failed : EXIT.ok;
        io.out(flags.json ? jsonLine('watch', { findings, failed }, { code }) : text);
        for (const line of [...done, ...failed]) io.note(line);
        if (every !== null) {
          await io.pause(every * 60_000);
          continue;
        }
        // The lines above say what is wrong.
        if (code !== EXIT.ok) throw new CliError(code, '');
        return;
      }
    });
}

/** The parts behind this command, read only when it runs: every other command starts without them. */
async function alarms() {
  const [{ readAlarmWays, ping, sendAlarm }, { alarm }] = await Promise.all([
    import('../../watch/alarm.ts'),
    import('../../watch/run.ts'),
  ]);
  const readWays = () =>
    readAlarmWays().catch((error: unknown) => {
      throw new CliError(EXIT.usage, error instanceof Error ? error.message : String(error));
    });
  async function test(out: Io, ways: Awaited<ReturnType<typeof readWays>>): Promise<void> {
    if (ways.mail === null && ways.pingUrl === null)
      throw new CliError(EXIT.usage, 'No alarm is configured: semester watch --help');
    if (ways.mail) {
      await sendAlarm(ways.mail, '[gpu-semester] test alarm', 'semester watch can reach you. Nothing is wrong.\n');
      out.out(`A test alarm was mailed to ${ways.mail.to.join(', ')}. Look that it arrived.`);
    }
    if (ways.pingUrl !== null) {
      await ping(ways.pingUrl);
      out.out('The ping address answers.');
    }
  }
  return { alarm, readWays, test };
}

async function look(io: Io, { worker, backups }: Flags) {
  const { watchOnce } = await import('../../watch/run.ts');
  const workerUrl = worker === 'off' ? null : worker;
  const from = (client: () => Promise<Client>) => watchOnce({ client, workerUrl, backups });
  try {
    return await io.withClient((client) => from(async () => client));
  } catch (error) {
    // A Temporal that does not answer is a finding; a wrong configuration is not.
    if (error instanceof CliError && error.code === EXIT.usage) throw error;
    return await from(() => Promise.reject(error instanceof Error ? error : new Error(String(error))));
  }
}

function minutes(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value >= 1 && value <= 60) return value;
  throw new CliError(EXIT.usage, `--every ${text}: expected minutes from 1 to 60`);
}

const inStateDirectory = (folder: string | undefined): string | null =>
  folder ? path.join(folder, 'watch.json') : null;
