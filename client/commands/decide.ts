import { Command } from 'commander';
import { PLAN_GATES } from '../../domain/gates/index.ts';
import type { Decision, DecisionResult } from '../../domain/messages.ts';
import { canonicalText } from '../../domain/digest.ts';
import { SIGNATURE_NAMESPACE, statementOf } from '../../domain/statement.ts';
import type { GateStatus } from '../../domain/status.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { findGate, oneOf, readPlan, renderApprovals, renderPlan, type CheckedPlan } from '../plan.ts';
import { signatureFor, type SigningFlags } from '../sign.ts';
import { handleOf } from '../workflows.ts';

interface Flags extends SigningFlags {
  readonly by: string;
  readonly comment?: string;
  readonly waive?: readonly string[];
  readonly printStatement?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

const names = (text: string): string[] => text.split(',').flatMap((name) => name.trim() || []);

/** `approve` and `reject`: checks the digest of the plan, shows it, asks, signs, and sends the update `decide`. */
export function decideCommand(io: Io, verdict: 'approve' | 'reject'): Command {
  const command = new Command(verdict)
    .description(
      verdict === 'approve'
        ? 'Approve the plan of a gate: shows it, and asks you to type what will happen'
        : 'Reject the plan of a gate: the gate waits until the cause is corrected and retry is sent',
    )
    .argument('<workflow>', 'name of the semester, or the id of a workflow')
    .argument('<gate>', oneOf(PLAN_GATES))
    .requiredOption('--by <name>', 'your name, as site.yaml lists the approvers')
    .option('--comment <text>', 'recorded with the decision')
    .option(
      '--key <file>',
      'file of your SSH key: private, or public with the private key in the agent (SEMESTER_APPROVER_KEY)',
    )
    .option('--signature <file>', 'file with a signature, made elsewhere, of what --print-statement printed')
    .option('--print-statement', 'print exactly the bytes to sign, and decide nothing')
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print the result as JSON; needs --yes');
  if (verdict === 'approve') command.option('--waive <names>', 'names to waive, separated by commas', names);
  const example =
    verdict === 'approve'
      ? 'approve 2027-spring wipe --by kim'
      : 'reject 2027-spring notice --by kim --comment "wrong room"';
  return command
    .addHelpText('after', `\nExample:\n  semester ${example}`)
    .action((workflow: string, gate: string, flags: Flags) => decide(io, verdict, workflow, gate, flags));
}

function decide(io: Io, verdict: Decision['verdict'], workflow: string, name: string, flags: Flags): Promise<void> {
  return io.withClient(async (client) => {
    const gate = await findGate(client, workflow, name);
    if (gate.plan === undefined || gate.state !== 'open') {
      const hint =
        gate.plan === undefined
          ? `A person does this work by hand, then types: semester done ${workflow} ${name} --by ${flags.by} --reason WHY`
          : `It is ${gate.state}.`;
      throw new CliError(EXIT.refused, `Gate ${name} does not wait for a verdict. ${hint}`);
    }
    const plan = await readPlan(client, gate.plan.digest);
    const { by, comment, waive } = flags;
    const unsigned: Decision = {
      verdict,
      gate: gate.gate,
      round: gate.round,
      digest: plan.digest,
      by,
      ...(comment !== undefined && { comment }),
      ...(waive !== undefined && { waive }),
    };
    const statement = statementOf(unsigned, { workflow: gate.workflowId, run: gate.run });
    if (flags.printStatement) return printStatement(io, canonicalText(statement), gate.workflowId);
    if (!flags.json) io.out(renderPlan(gate, plan));
    if (!flags.yes) await confirm(io, verdict, gate, plan);
    const signature = await signatureFor(statement, flags, gate.signed);
    const decision: Decision = { ...unsigned, ...(signature !== undefined && { signature }) };
    const handle = handleOf(client, gate.workflowId);
    const result = await handle.executeUpdate<DecisionResult, [Decision]>('decide', { args: [decision] });
    if (flags.json) return io.out(JSON.stringify(result, null, 2));
    const end = result.state === 'waiting' ? 'The gate needs more approvers.' : `Gate ${name} is ${result.state}.`;
    return io.out(`\nApprovals: ${renderApprovals(result.approvals, result.needed)}. ${end}`);
  });
}

/** Prints the statement, for a key on another machine or a verdict that is sent without this command. */
function printStatement(io: Io, text: string, workflow: string): void {
  io.write(text);
  io.note(
    `\nSign exactly these bytes: ssh-keygen -Y sign -f KEY -n ${SIGNATURE_NAMESPACE} < FILE > FILE.sig\n` +
      `Then repeat this command with --signature FILE.sig, or send the signal to ${workflow} yourself, ` +
      'with gate, round, digest, by, waive and comment as above where they are not null, and "signature".',
  );
}

/**
 * Asks the person to type the confirmation of the plan; `all` shows the whole plan and asks again.
 * @throws CliError (2) without a terminal; (1) when the person types something else
 */
async function confirm(io: Io, verdict: Decision['verdict'], gate: GateStatus, plan: CheckedPlan): Promise<void> {
  const expected = verdict === 'reject' ? 'reject' : (gate.plan?.confirm ?? gate.gate);
  if (io.ask === null) {
    throw new CliError(
      EXIT.usage,
      'There is no terminal to ask for confirmation. Read the whole plan (semester plan … --all), then add --yes.',
    );
  }
  for (;;) {
    // Repeats the headline, because a long plan may have scrolled it away.
    io.note(`\nGate ${gate.gate} of ${gate.workflowId}: ${gate.plan?.headline ?? ''}`);
    const typed = (await io.ask(`Type "${expected}" to ${verdict}, or "all" to read the whole plan:`)).trim();
    if (typed === expected) return;
    if (typed !== 'all') throw new CliError(EXIT.failed, `"${typed}" is not "${expected}". Nothing was decided.`);
    await io.page(renderPlan(gate, plan, { whole: true }));
  }
}
