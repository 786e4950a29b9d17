import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { GATES } from '../../domain/gates/index.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { renderPlanPage } from '../plan-html.ts';
import { findGate, oneOf, readPlan, renderPlan } from '../plan.ts';

/** `plan`: shows the plan of a gate, as a summary or whole. Both check the digest over the whole plan. */
export function planCommand(io: Io): Command {
  return new Command('plan')
    .description('Show the plan of a gate: what will be done, and to whom')
    .argument('<workflow>', 'name of the semester, or the id of a workflow')
    .argument('<gate>', oneOf(GATES))
    .option('--all', 'show everything: each row, each text, all observed values')
    .option('--html <file>', 'for publish and notice: write the post, or the mails, as readers will see them')
    .option('--json', 'print the gate and the whole plan as JSON')
    .addHelpText(
      'after',
      '\nExample:\n  semester plan 2027-spring wipe\n  semester plan 2027-spring wipe --all\n  semester plan 2027-spring publish --html post.html',
    )
    .action(
      (workflow: string, name: string, { all = false, html, json }: { all?: boolean; html?: string; json?: boolean }) =>
        io.withClient(async (client) => {
          const { gate } = await findGate(client, workflow, name);
          const plan = gate.plan === undefined ? null : await readPlan(client, gate.plan.digest);
          if (html !== undefined) {
            const page = plan && renderPlanPage(gate.gate, plan.binding);
            if (!page) throw new CliError(EXIT.usage, `Gate ${name} publishes no page and no mail: omit --html.`);
            await writeFile(html, page);
            io.note(`Wrote ${html} from plan ${plan.digest}. Open it in a browser.`);
            if (!json) return;
          }
          if (json) return io.out(jsonText('plan', { gate, plan }));
          return io.page(renderPlan(gate, plan, { whole: all }));
        }),
    );
}
