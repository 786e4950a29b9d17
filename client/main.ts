import { Command, CommanderError } from 'commander';
import { applicationsCommand } from './commands/applications.ts';
import { auditCommand } from './commands/audit.ts';
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
import { keepCommand, rescheduleCommand, stepCommand, wholeCommand } from './commands/messages.ts';
import { keysCommand } from './commands/keys.ts';
import { planCommand } from './commands/plan.ts';
import { previewCommand } from './commands/preview.ts';
import { publishCommand } from './commands/publish.ts';
import { rehearseCommand } from './commands/rehearse.ts';
import { restoreCommand } from './commands/restore.ts';
import { startCommand } from './commands/start.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { statusCommand } from './commands/status.ts';
import { updateCommand } from './commands/update.ts';
import { endingOf, EXIT } from './exit.ts';
import { terminalIo, type Io } from './io.ts';

const EPILOGUE = `
Where Temporal is: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_* or temporal.toml.
Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 the message does not count, 4 not found or unreachable.`;

/** The whole command line. */
export function program(io: Io): Command {
  const semester = new Command('semester')
    .description('Runs a semester of shared GPU servers, and asks before anything irreversible')
    .addHelpText('after', EPILOGUE);
  const commands = [
    checkCommand(io),
    doctorCommand(io),
    hostsCommand(io),
    hostCommand(io),
    rehearseCommand(io),
    startCommand(io),
    statusCommand(io),
    planCommand(io),
    decideCommand(io, 'approve'),
    decideCommand(io, 'reject'),
    stepCommand(io, 'retry'),
    stepCommand(io, 'done'),
    stepCommand(io, 'skip'),
    wholeCommand(io, 'abort'),
    keepCommand(io),
    rescheduleCommand(io),
    wholeCommand(io, 'pause'),
    wholeCommand(io, 'resume'),
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
  ];
  for (const command of [semester, ...commands, ...commands.flatMap((one) => one.commands)]) {
    command.exitOverride().showHelpAfterError('(semester help shows the commands, --help an example)');
    command.configureOutput({
      writeErr: (text: string) => io.note(text.trimEnd()),
      writeOut: (text: string) => io.out(text.trimEnd()),
    });
  }
  for (const command of commands) semester.addCommand(command);
  return semester;
}

/** Runs one command and returns its exit code; nothing is thrown. With `--json`, failures are JSON as well. */
export async function run(args: readonly string[], io: Io = terminalIo()): Promise<number> {
  try {
    await program(io).parseAsync(args, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    // Commander has printed what it has to say, for people.
    if (error instanceof CommanderError && (error.exitCode === 0 || !args.includes('--json'))) {
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    }
    const { code, message } = endingOf(error);
    // A command that has printed its own result leaves nothing to say.
    if (message === '') return code;
    if (args.includes('--json')) io.out(JSON.stringify({ ok: false, code, error: message }, null, 2));
    else io.note(message);
    return code;
  }
}
