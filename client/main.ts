import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { VERSION } from '../config/version.ts';
import { describeError, EXIT } from './exit.ts';
import { terminalIo, type Io } from './io.ts';
import { jsonFailure } from './json.ts';

const EPILOGUE = `
Connection to Temporal: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_* or temporal.toml.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 message rejected, 4 not found or unreachable,
6 the run is stuck; of status also 5 waits for people, 7 no worker.`;

/** The file in the build with `listCommands`. */
export const COMMAND_LIST = 'command-list.json';

/** Loads a command. In the order of the help. */
const COMMANDS: Readonly<Record<string, (io: Io) => Promise<Command>>> = {
  init: async (io) => (await import('./commands/init.ts')).initCommand(io),
  check: async (io) => (await import('./commands/check-command.ts')).checkCommand(io),
  doctor: async (io) => (await import('./commands/doctor.ts')).doctorCommand(io),
  hosts: async (io) => (await import('./commands/hosts.ts')).hostsCommand(io),
  host: async (io) => (await import('./commands/host.ts')).hostCommand(io),
  rehearse: async (io) => (await import('./commands/rehearse.ts')).rehearseCommand(io),
  start: async (io) => (await import('./commands/start.ts')).startCommand(io),
  list: async (io) => (await import('./commands/list.ts')).listCommand(io),
  status: async (io) => (await import('./commands/status.ts')).statusCommand(io),
  replay: async (io) => (await import('./commands/replay.ts')).replayCommand(io),
  watch: async (io) => (await import('./commands/watch.ts')).watchCommand(io),
  repair: async (io) => (await import('./commands/repair.ts')).repairCommand(io),
  plan: async (io) => (await import('./commands/plan.ts')).planCommand(io),
  approve: async (io) => (await import('./commands/decide.ts')).decideCommand(io, 'approve'),
  reject: async (io) => (await import('./commands/decide.ts')).decideCommand(io, 'reject'),
  retry: async (io) => (await import('./commands/messages.ts')).stepCommand(io, 'retry'),
  done: async (io) => (await import('./commands/messages.ts')).stepCommand(io, 'done'),
  skip: async (io) => (await import('./commands/messages.ts')).stepCommand(io, 'skip'),
  abort: async (io) => (await import('./commands/messages.ts')).workflowCommand(io, 'abort'),
  keep: async (io) => (await import('./commands/messages.ts')).keepCommand(io),
  unkeep: async (io) => (await import('./commands/messages.ts')).unkeepCommand(io),
  reschedule: async (io) => (await import('./commands/messages.ts')).rescheduleCommand(io),
  pause: async (io) => (await import('./commands/messages.ts')).workflowCommand(io, 'pause'),
  resume: async (io) => (await import('./commands/messages.ts')).workflowCommand(io, 'resume'),
  applications: async (io) => (await import('./commands/applications.ts')).applicationsCommand(io),
  docker: async (io) => (await import('./commands/docker.ts')).dockerCommand(io),
  update: async (io) => (await import('./commands/update.ts')).updateCommand(io),
  rollback: async (io) => (await import('./commands/rollback.ts')).rollbackCommand(io),
  mails: async (io) => (await import('./commands/mails.ts')).mailsCommand(io),
  bounce: async (io) => (await import('./commands/mails.ts')).bounceCommand(io),
  resend: async (io) => (await import('./commands/mails.ts')).resendCommand(io),
  backups: async (io) => (await import('./commands/backups.ts')).backupsCommand(io),
  restore: async (io) => (await import('./commands/restore.ts')).restoreCommand(io),
  publish: async (io) => (await import('./commands/publish.ts')).publishCommand(io),
  preview: async (io) => (await import('./commands/preview.ts')).previewCommand(io),
  gpus: async (io) => (await import('./commands/gpus.ts')).gpusCommand(io),
  handover: async (io) => (await import('./commands/handover.ts')).handoverCommand(io),
  audit: async (io) => (await import('./commands/audit.ts')).auditCommand(io),
  keys: async (io) => (await import('./commands/keys.ts')).keysCommand(io),
  codec: async (io) => (await import('./commands/codec.ts')).codecCommand(io),
  backup: async (io) => (await import('./commands/backup.ts')).backupCommand(io),
  'restore-service': async (io) => (await import('./commands/backup.ts')).restoreServiceCommand(io),
  recover: async (io) => (await import('./commands/recover.ts')).recoverCommand(io),
  purge: async (io) => (await import('./commands/purge.ts')).purgeCommand(io),
  store: async (io) => (await import('./commands/store.ts')).storeCommand(io),
  completion: async (io) => (await import('./commands/completion.ts')).completionCommand(io),
};

/** What the help shows of a command. */
export interface ListedCommand {
  readonly name: string;
  /** `plan [options] <semester> <gate>` */
  readonly term: string;
  readonly description: string;
}

/**
 * Builds the command line. It takes most of a second to load what all commands need.
 * @param named the only command to load; default: all
 */
export async function program(io: Io, named?: string): Promise<Command> {
  const load = named === undefined ? undefined : COMMANDS[named];
  const loads = load === undefined ? Object.values(COMMANDS) : [load];
  return commandLine(io, await Promise.all(loads.map((one) => one(io))));
}

function commandLine(io: Io, commands: readonly Command[]): Command {
  const semester = new Command('semester')
    .description('Run a semester of shared GPU servers; people approve every irreversible step')
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpText('after', EPILOGUE);
  for (const command of [semester, ...commands, ...commands.flatMap((parent) => parent.commands)]) {
    command.exitOverride().showHelpAfterError('(semester help lists the commands; --help shows an example)');
    command.configureOutput({
      writeErr: (text: string) => io.note(text.trimEnd()),
      writeOut: (text: string) => io.out(text.trimEnd()),
    });
  }
  for (const command of commands) semester.addCommand(command);
  return semester;
}

/** For the build: what the help shows of each command, so that it need not load them. */
export async function listCommands(io: Io): Promise<readonly ListedCommand[]> {
  const semester = await program(io);
  const help = semester.createHelp();
  return semester.commands.map((command) => ({
    name: command.name(),
    term: help.subcommandTerm(command),
    description: help.subcommandDescription(command),
  }));
}

/** The list that the build wrote beside this file; null in the sources. */
function listedCommands(): readonly ListedCommand[] | null {
  try {
    return JSON.parse(readFileSync(new URL(COMMAND_LIST, import.meta.url), 'utf8')) as readonly ListedCommand[];
  } catch {
    return null;
  }
}

/** The command line that these arguments need: with one command if they name it, else with what the help shows of each. */
async function programFor(args: readonly string[], io: Io): Promise<Command> {
  const words = args.filter((arg) => !arg.startsWith('-'));
  const named = words[0] === 'help' ? words[1] : words[0];
  if (named !== undefined && Object.hasOwn(COMMANDS, named)) return await program(io, named);
  const listed = listedCommands();
  if (listed === null) return await program(io);
  const terms = new Map(listed.map(({ name, term }) => [name, term]));
  return commandLine(
    io,
    listed.map(({ name, description }) => new Command(name).description(description)),
  ).configureHelp({ subcommandTerm: (command) => terms.get(command.name()) ?? command.name() });
}

/**
 * Prints what may follow an unfinished line, for the script of `completion`: `complete -- plan 2027-spring --`. A question per key press
 * must be quick, so it loads the command that the line names, and no other.
 */
async function complete(words: readonly string[], io: Io): Promise<void> {
  const { default: tab } = await import('@bomb.sh/tab/commander');
  const finished = words.slice(0, -1);
  tab(await programFor(finished, io)).parse([...words]);
}

/** Runs one command and returns its exit code; never throws. With `--json`, prints failures as JSON. */
export async function run(args: readonly string[], io: Io = terminalIo()): Promise<number> {
  try {
    if (args[0] === 'complete' && args[1] === '--') await complete(args.slice(2), io);
    else await (await programFor(args, io)).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has already printed its message as text.
    if (error instanceof CommanderError && (error.exitCode === 0 || !args.includes('--json'))) {
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    }
    const { code, message } = describeError(error);
    // An empty message: the command has printed the failure as its result.
    if (message === '') return code;
    if (args.includes('--json')) io.out(jsonFailure(args.find((arg) => !arg.startsWith('-')) ?? '', code, message));
    else io.note(await forReader(message));
    return code;
  }
}

/** The message in the language of the terminal, with times in the zone of this computer, because no site is known here. */
async function forReader(message: string): Promise<string> {
  const { inReadersTime, readerOf, textsFor } = await import('./reader.ts');
  const reader = readerOf();
  const { recorded } = await textsFor(reader);
  return inReadersTime(recorded(message), reader);
}
