import { confirm } from '@inquirer/prompts';
import type { GateStatus } from '../../domain/status.ts';
import { approverKey } from '../approvers.ts';
import { NAME } from './semester-file.ts';
import type { Stage } from './stage.ts';
import { bold, dim, say, yellow } from './ui.ts';

/** The approvers who decide; alice, the third, starts the semester. */
const DECIDERS = ['bob', 'carol'] as const;

/**
 * Answers an open gate by the command line: at the terminal if `asks`, else with `--yes`.
 * @param name the workflow, as people type it after `approve`
 * @throws Error if the command fails
 */
export async function answerGate(stage: Stage, gate: GateStatus, asks: boolean, name: string = NAME): Promise<void> {
  const what = gate.plan?.headline ?? 'work by hand';
  say(`${yellow('◆')} gate ${bold(gate.gate)} opens: ${what}`);
  for (const warning of gate.plan?.warnings ?? []) say(`  ${yellow('!')} ${warning}`);
  if (gate.instructions !== undefined) return completeHandGate(stage, gate, asks);
  for (const by of DECIDERS.slice(0, gate.needed)) await approve(stage, gate, { name, by, asks });
}

async function approve(
  stage: Stage,
  { gate, plan }: GateStatus,
  { name, by, asks }: { name: string; by: string; asks: boolean },
): Promise<void> {
  // Waive the people without an address by name.
  const waive = plan && plan.waivable.length > 0 ? ['--waive', plan.waivable.join(',')] : [];
  const args = ['approve', name, gate, '--by', by, '--key', approverKey(stage.lab.dir, by), ...waive];
  if (!asks) return expectAccepted(await stage.semester.run(...args, '--yes'));
  say(`You are ${bold(by)} now. Read the plan, then type ${bold(plan?.confirm ?? gate)}.`);
  while ((await stage.semester.runInTerminal(...args)) !== 0) {
    const again = await confirm({ message: 'No verdict was sent. Ask again?' });
    if (!again) throw new Error(`gate ${gate} was not approved`);
  }
}

/** Completes hand gate `form`: sends `done` with the address of the survey form. */
async function completeHandGate(stage: Stage, { gate, instructions = '' }: GateStatus, asks: boolean): Promise<void> {
  say(dim(instructions));
  if (gate !== 'form') throw new Error(`the demo cannot complete hand gate ${gate}`);
  if (asks) await confirm({ message: `The form is at ${stage.formUrl}. Send \`semester done\`?` });
  const { formUrl } = stage;
  const args = [
    'done',
    NAME,
    gate,
    '--by',
    'bob',
    '--key',
    approverKey(stage.lab.dir, 'bob'),
    '--reason',
    'form published',
    '--value',
    formUrl,
  ];
  expectAccepted(await stage.semester.run(...args));
}

function expectAccepted({ code, text }: { code: number; text: string }): void {
  const last = text.split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`the command exited with ${code}: ${text.slice(-500)}`);
  say(`  ${last}`);
}
