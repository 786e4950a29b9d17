const LESS_OR_CAT = 'if command -v less > /dev/null; then exec less; else exec cat; fi';

/**
 * Shows a long text through $PAGER, else through `less`, which exits at once if the text fits on the screen. Quitting the
 * pager early is no error. If $PAGER cannot run, prints the text.
 */
export async function page(text: string): Promise<void> {
  const { PAGER, LESS = 'FRX', LESSCHARSET = 'utf-8' } = process.env;
  // Only here: most commands show less, and each starts sooner without it.
  const { execa } = await import('execa');
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
  // Exit codes of a shell for a command that cannot run (126) or does not exist (127).
  if (exitCode === 126 || exitCode === 127) process.stdout.write(`${text}\n`);
}
