import { Command } from 'commander';
import type { Io } from '../io.ts';
import { findGate, readPlan, renderPlan } from '../plan.ts';

/** `plan`: what a gate asks about, whole, with its digest computed here. */
export function planCommand(io: Io): Command {
  return new Command('plan')
    .description('Show what a gate asks about: everything that will be done, and to whom')
    .argument('<workflow>', 'name of the semester, or the id of a workflow')
    .argument('<gate>', 'notice, removal, wipe, prune, rollout, publish, restore, reinstall, leader-work or form')
    .option('--json', 'print gate and plan as JSON')
    .addHelpText('after', '\nExample:\n  semester plan 2027-spring wipe')
    .action((workflow: string, name: string, { json }: { json?: boolean }) =>
      io.withClient(async (client) => {
        const gate = await findGate(client, workflow, name);
        const plan = gate.plan === undefined ? null : await readPlan(client, gate.plan.digest);
        io.out(json ? JSON.stringify({ gate, plan }, null, 2) : renderPlan(gate, plan));
      }),
    );
}
