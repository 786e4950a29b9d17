import path from 'node:path';
import { execa } from 'execa';
import { bold, dim, say } from './ui.ts';

const SCRIPT = path.join(import.meta.dirname, '..', '..', 'client', 'semester.js');

/** What a run of the command line said. */
export interface Said {
  readonly code: number;
  readonly text: string;
}

/** Runs `semester …`, the same command line that people use. */
export interface SemesterCommand {
  /** Nobody is asked; what it says is returned. */
  quietly(...args: string[]): Promise<Said>;
  /** The person at this terminal reads and types. Returns the exit code. */
  atTerminal(...args: string[]): Promise<number>;
}

const quoted = (args: readonly string[]) => args.map((arg) => (/^[\w./:@=+-]+$/.test(arg) ? arg : JSON.stringify(arg)));

/** @param env where Temporal and the site are, without any secret. */
export function semesterCommand(env: NodeJS.ProcessEnv): SemesterCommand {
  const show = (args: readonly string[]) => say(`${dim('$')} ${bold(`semester ${quoted(args).join(' ')}`)}`);
  return {
    async quietly(...args) {
      show(args);
      const { exitCode, all } = await execa(process.execPath, [SCRIPT, ...args], {
        env,
        extendEnv: false,
        all: true,
        reject: false,
        stdin: 'ignore',
      });
      return { code: exitCode ?? 1, text: all.trim() };
    },
    async atTerminal(...args) {
      show(args);
      const { exitCode } = await execa(process.execPath, [SCRIPT, ...args], {
        env,
        extendEnv: false,
        reject: false,
        stdio: 'inherit',
      });
      return exitCode ?? 1;
    },
  };
}
