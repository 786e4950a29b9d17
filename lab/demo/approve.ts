import { confirm } from '@inquirer/prompts';
import type { GateStatus } from '../../domain/status.ts';
import { approverKey } from '../approvers.ts';
import { NAME } from './semester-file.ts';
import type { Stage } from './stage.ts';
import { bold, dim, say, yellow } from './ui.ts';

/** Who decides; alice, who starts the semester, is the third. */
const DECIDERS = ['bob', 'carol'] as const;

/** `name`: what people type after `approve`. Answers an open gate by the command line: at the terminal where `asks`, else by `--yes`. @throws Error when it is not accepted */
export async function answerGate(stage: Stage, gate: GateStatus, asks: boolean, name: string = NAME): Promise<void> {
  const what = gate.plan?.headline ?? 'work by hand';
  say(`${yellow('◆')} gate ${bold(gate.gate)} asks: ${what}`);
  for (const warning of gate.plan?.warnings ?? []) say(`  ${yellow('!')} ${warning}`);
  if (gate.instructions !== undefined) return sayDone(stage, gate, asks);
  for (const by of DECIDERS.slice(0, gate.needed)) await approve(stage, gate, { name, by, asks });
}

async function approve(
  stage: Stage,
  { gate, plan }: GateStatus,
  { name, by, asks }: { name: string; by: string; asks: boolean },
): Promise<void> {
  // Who cannot be written to is told by other means, and passed over by name.
  const waive = plan && plan.waivable.length > 0 ? ['--waive', plan.waivable.join(',')] : [];
  const args = ['approve', name, gate, '--by', by, '--key', approverKey(stage.lab.dir, by), ...waive];
  if (!asks) return accepted(await stage.semester.quietly(...args, '--yes'));
  say(`You are ${bold(by)} now. Read the plan, then type ${bold(plan?.confirm ?? gate)}.`);
  while ((await stage.semester.atTerminal(...args)) !== 0) {
    const again = await confirm({ message: 'Nothing was decided. Ask again?' });
    if (!again) throw new Error(`gate ${gate} was not approved`);
  }
}

/** A person makes the survey's form and says where it is. */
async function sayDone(stage: Stage, { gate, instructions = '' }: GateStatus, asks: boolean): Promise<void> {
  say(dim(instructions));
  if (gate !== 'form') throw new Error(`the demo does not know how to do gate ${gate} by hand`);
  if (asks) await confirm({ message: `The form is at ${stage.formUrl}. Say that it is done?` });
  const { formUrl } = stage;
  const args = ['done', NAME, gate, '--by', 'bob', '--reason', 'form published', '--value', formUrl];
  accepted(await stage.semester.quietly(...args));
}

function accepted({ code, text }: { code: number; text: string }): void {
  const last = text.split('\n').at(-1) ?? '';
  if (code !== 0) throw new Error(`the command line ended with ${code}: ${text.slice(-500)}`);
  say(`  ${last}`);
}
