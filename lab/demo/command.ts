import { execa } from 'execa';
import { PROGRAMS } from '../../build/build.ts';
import { bold, dim, say } from './ui.ts';

/** Exit code and output of a command. */
export interface CommandResult {
  readonly code: number;
  readonly text: string;
}

/** Runs `semester …`, the same command line that people use. */
export interface SemesterCommand {
  /** Runs without a terminal; returns the output. */
  run(...args: string[]): Promise<CommandResult>;
  /** Runs at this terminal, where a person answers. Returns the exit code. */
  runInTerminal(...args: string[]): Promise<number>;
}

const quoted = (args: readonly string[]) => args.map((arg) => (/^[\w./:@=+-]+$/.test(arg) ? arg : JSON.stringify(arg)));

/** @param env the environment, with the addresses of Temporal and the site, without secrets */
export function semesterCommand(env: NodeJS.ProcessEnv): SemesterCommand {
  const show = (args: readonly string[]) => say(`${dim('$')} ${bold(`semester ${quoted(args).join(' ')}`)}`);
  return {
    async run(...args) {
      show(args);
      const { exitCode, all } = await execa(process.execPath, [PROGRAMS.semester, ...args], {
        env,
        extendEnv: false,
        all: true,
        reject: false,
        stdin: 'ignore',
      });
      return { code: exitCode ?? 1, text: all.trim() };
    },
    async runInTerminal(...args) {
      show(args);
      const { exitCode } = await execa(process.execPath, [PROGRAMS.semester, ...args], {
        env,
        extendEnv: false,
        reject: false,
        stdio: 'inherit',
      });
      return exitCode ?? 1;
    },
  };
}
