import { script } from '@bomb.sh/tab';
import { Argument, Command } from 'commander';
import type { Io } from '../io.ts';

/** `completion`: prints what a shell needs to complete commands and flags by the Tab key. */
export function completionCommand(_io: Io): Command {
  return new Command('completion')
    .description('Print a script by which a shell completes commands and flags')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      '\nExample:\n  semester completion bash > ~/.local/share/bash-completion/completions/semester' +
        '\n  semester completion zsh > ~/.zfunc/_semester        # a folder of $fpath' +
        '\n  semester completion fish > ~/.config/fish/completions/semester.fish',
    )
    .action((shell: string) => script(shell, 'semester', 'semester'));
}
