import { Command } from 'commander';
import type { Io } from '../io.ts';
import { findGate, readPlan, renderPlan } from '../plan.ts';

/** `plan`: what a gate asks about, at a glance or whole; its digest is computed here over all of it in either case. */
export function planCommand(io: Io): Command {
  return new Command('plan')
    .description('Show what a gate asks about: what will be done, and to whom')
    .argument('<workflow>', 'name of the semester, or the id of a workflow')
    .argument(
      '<gate>',
      'notice, removal, wipe, prune, rollout, publish, restore, exclude, reinstall, leader-work or form',
    )
    .option('--all', 'everything: each row, each text, all that was seen')
    .option('--json', 'print gate and plan as JSON, whole')
    .addHelpText('after', '\nExample:\n  semester plan 2027-spring wipe\n  semester plan 2027-spring wipe --all')
    .action((workflow: string, name: string, { all = false, json }: { all?: boolean; json?: boolean }) =>
      io.withClient(async (client) => {
        const gate = await findGate(client, workflow, name);
        const plan = gate.plan === undefined ? null : await readPlan(client, gate.plan.digest);
        if (json) return io.out(JSON.stringify({ gate, plan }, null, 2));
        return io.page(renderPlan(gate, plan, { whole: all }));
      }),
    );
}
