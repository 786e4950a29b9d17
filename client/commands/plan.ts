import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { pageOf } from '../plan-html.ts';
import { findGate, readPlan, renderPlan } from '../plan.ts';

/** `plan`: what a gate asks about, at a glance or whole; its digest is computed here over all of it in either case. */
export function planCommand(io: Io): Command {
  return new Command('plan')
    .description('Show what a gate asks about: what will be done, and to whom')
    .argument('<workflow>', 'name of the semester, or the id of a workflow')
    .argument(
      '<gate>',
      'notice, removal, wipe, prune, rollout, publish, restore, exclude, rollback, reinstall, leader-work or form',
    )
    .option('--all', 'everything: each row, each text, all that was seen')
    .option('--html <file>', 'of publish and notice: write the post, or the mails, as people will see them')
    .option('--json', 'print gate and plan as JSON, whole')
    .addHelpText(
      'after',
      '\nExample:\n  semester plan 2027-spring wipe\n  semester plan 2027-spring wipe --all\n  semester plan 2027-spring publish --html post.html',
    )
    .action(
      (workflow: string, name: string, { all = false, html, json }: { all?: boolean; html?: string; json?: boolean }) =>
        io.withClient(async (client) => {
          const gate = await findGate(client, workflow, name);
          const plan = gate.plan === undefined ? null : await readPlan(client, gate.plan.digest);
          if (html !== undefined) {
            const page = plan && pageOf(gate.gate, plan.binding);
            if (!page)
              throw new CliError(
                EXIT.usage,
                `Gate ${name} has nothing that people will see as a page: leave --html out.`,
              );
            await writeFile(html, page);
            return io.out(`Written to ${html}: what ${plan.digest} stands for. Open it in a browser.`);
          }
          if (json) return io.out(JSON.stringify({ gate, plan }, null, 2));
          return io.page(renderPlan(gate, plan, { whole: all }));
        }),
    );
}
