import { execa } from 'execa';

const LESS_OR_CAT = 'if command -v less > /dev/null; then exec less; else exec cat; fi';

/**
 * Shows a long text through $PAGER, else through `less`, which prints what fits on the screen and ends. Whoever leaves it
 * early has read enough: no error. Where $PAGER cannot be run, the text is printed.
 */
export async function page(text: string): Promise<void> {
  const { PAGER, LESS = 'FRX', LESSCHARSET = 'utf-8' } = process.env;
  const { exitCode } = await execa('sh', ['-c', PAGER || LESS_OR_CAT], {
    input: `${text}\n`,
    stdout: 'inherit',
    stderr: 'inherit',
    env: {
      LESS,
      LESSCHARSET,
    },
    reject: false,
  });
  // What a shell says of a command that is not there, or not to be run.
  if (exitCode === 126 || exitCode === 127) process.stdout.write(`${text}\n`);
}
