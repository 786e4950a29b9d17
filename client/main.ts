import { Command, CommanderError } from 'commander';
import { applicationsCommand } from './commands/applications.ts';
import { auditCommand } from './commands/audit.ts';
import { backupCommand, restoreServiceCommand } from './commands/backup.ts';
import { backupsCommand } from './commands/backups.ts';
import { checkCommand } from './commands/check-command.ts';
import { codecCommand } from './commands/codec.ts';
import { decideCommand } from './commands/decide.ts';
import { dockerCommand } from './commands/docker.ts';
import { doctorCommand } from './commands/doctor.ts';
import { gpusCommand } from './commands/gpus.ts';
import { handoverCommand } from './commands/handover.ts';
import { hostCommand } from './commands/host.ts';
import { hostsCommand } from './commands/hosts.ts';
import { bounceCommand, mailsCommand, resendCommand } from './commands/mails.ts';
import { keepCommand, rescheduleCommand, stepCommand, workflowCommand } from './commands/messages.ts';
import { keysCommand } from './commands/keys.ts';
import { planCommand } from './commands/plan.ts';
import { previewCommand } from './commands/preview.ts';
import { publishCommand } from './commands/publish.ts';
import { rehearseCommand } from './commands/rehearse.ts';
import { restoreCommand } from './commands/restore.ts';
import { startCommand } from './commands/start.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { statusCommand } from './commands/status.ts';
import { recoverCommand } from './commands/recover.ts';
import { purgeCommand } from './commands/purge.ts';
import { storeCommand } from './commands/store.ts';
import { updateCommand } from './commands/update.ts';
import { watchCommand } from './commands/watch.ts';
import { describeError, EXIT } from './exit.ts';
import { terminalIo, type Io } from './io.ts';

const EPILOGUE = `
Connection to Temporal: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_* or temporal.toml.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 message rejected, 4 not found or unreachable;
of status also 5 waits for people, 6 stuck, 7 no worker.`;

/** Builds the command line with all commands. */
export function program(io: Io): Command {
  const semester = new Command('semester')
    .description('Run a semester of shared GPU servers; people approve every irreversible step')
    .addHelpText('after', EPILOGUE);
  const commands = [
    checkCommand(io),
    doctorCommand(io),
    hostsCommand(io),
    hostCommand(io),
    rehearseCommand(io),
    startCommand(io),
    statusCommand(io),
    watchCommand(io),
    planCommand(io),
    decideCommand(io, 'approve'),
    decideCommand(io, 'reject'),
    stepCommand(io, 'retry'),
    stepCommand(io, 'done'),
    stepCommand(io, 'skip'),
    workflowCommand(io, 'abort'),
    keepCommand(io),
    rescheduleCommand(io),
    workflowCommand(io, 'pause'),
    workflowCommand(io, 'resume'),
    applicationsCommand(io),
    dockerCommand(io),
    updateCommand(io),
    rollbackCommand(io),
    mailsCommand(io),
    bounceCommand(io),
    resendCommand(io),
    backupsCommand(io),
    restoreCommand(io),
    publishCommand(io),
    previewCommand(io),
    gpusCommand(io),
    handoverCommand(io),
    auditCommand(io),
    keysCommand(io),
    codecCommand(io),
    backupCommand(io),
    restoreServiceCommand(io),
    recoverCommand(io),
    purgeCommand(io),
    storeCommand(io),
  ];
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

/** Runs one command and returns its exit code; never throws. With `--json`, prints failures as JSON. */
export async function run(args: readonly string[], io: Io = terminalIo()): Promise<number> {
  try {
    await program(io).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has already printed its message as text.
    if (error instanceof CommanderError && (error.exitCode === 0 || !args.includes('--json'))) {
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    }
    const { code, message } = describeError(error);
    // An empty message: the command has printed the failure as its result.
    if (message === '') return code;
    if (args.includes('--json')) io.out(JSON.stringify({ ok: false, code, error: message }, null, 2));
    else io.note(message);
    return code;
  }
}
