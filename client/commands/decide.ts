import { Command } from 'commander';
import { PLAN_GATES } from '../../domain/gates/index.ts';
import type { Decision, DecisionResult } from '../../domain/messages.ts';
import { canonicalText } from '../../domain/digest.ts';
import { SIGNATURE_NAMESPACE, statementOf } from '../../domain/statement.ts';
import type { GateStatus } from '../../domain/status.ts';
import { approverRefusal } from '../../domain/verdict.ts';
import { confirm } from '../confirm.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { renderApprovals } from '../approvals.ts';
import { findGate, oneOf, readPlan, renderPlan, type CheckedPlan, type FoundGate } from '../plan.ts';
import { demandOwnKey, signerFor, type SigningFlags } from '../sign.ts';
import { handleOf, unlessStuck } from '../workflows.ts';

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
    const found = await findGate(client, workflow, name);
    const { gate } = found;
    const { by, comment, waive } = flags;
    const refusal = refusalOf(found, { verdict, by, waive });
    if (refusal !== null) throw new CliError(EXIT.refused, `${refusal} Nothing was decided.`);
    const digest = gate.plan!.digest;
    const unsigned: Decision = {
      verdict,
      gate: gate.gate,
      round: gate.round,
      digest,
      by,
      ...(comment !== undefined && { comment }),
      ...(waive !== undefined && { waive }),
    };
    const statement = statementOf(unsigned, { workflow: gate.workflowId, run: gate.run });
    if (flags.printStatement) return printStatement(io, canonicalText(statement), gate.workflowId);
    const signer = await signerFor(statement, flags, gate.signed);
    if (signer !== null) await demandOwnKey(client, by, signer);
    const plan = await readPlan(client, digest);
    if (!flags.json) io.out(renderPlan(gate, plan));
    if (!flags.yes) await confirmPlan(io, verdict, gate, plan);
    const signature = await signer?.sign();
    const decision: Decision = { ...unsigned, ...(signature !== undefined && { signature }) };
    const handle = handleOf(client, gate.workflowId);
    const update = handle.executeUpdate<DecisionResult, [Decision]>('decide', { args: [decision] });
    const result = await unlessStuck(client, gate.workflowId, update);
    if (flags.json) return io.out(jsonText(verdict, result));
    const end = result.state === 'waiting' ? 'The gate needs more approvers.' : `Gate ${name} is ${result.state}.`;
    return io.out(`\nApprovals: ${renderApprovals(result.approvals, result.needed)}. ${end}`);
  });
}

/**
 * Why this person's verdict would be refused, as the workflow judges it too; null if it would not. Said before anybody reads the
 * plan and types.
 */
function refusalOf(
  { gate, status }: FoundGate,
  { verdict, by, waive = [] }: Pick<Decision, 'verdict' | 'by' | 'waive'>,
): string | null {
  const { aborted, phase, approvers, startedBy = '' } = status;
  const name = gate.gate;
  if (aborted) return `${gate.workflowId} was aborted by ${aborted.by} (${aborted.reason}): no gate of it waits.`;
  if (phase === 'aborted' || phase === 'done') return `${gate.workflowId} has ended: no gate of it waits.`;
  if (gate.plan === undefined)
    return `At gate ${name} a person works by hand, then types: semester done ${status.workflowId} ${name} --by ${by} --reason WHY.`;
  if (gate.state !== 'open') return `Gate ${name} is ${gate.state}: it does not wait for a verdict.`;
  const unknown = waive.filter((one) => !gate.plan!.waivable.includes(one));
  if (unknown.length > 0) {
    const can = gate.plan.waivable.length > 0 ? `these can: ${gate.plan.waivable.join(', ')}` : 'omit --waive';
    return `This plan waives nobody called ${unknown.join(', ')}: ${can}.`;
  }
  const refusal = approvers && approverRefusal({ by, verdict, gate, approvers, startedBy, waive });
  return refusal ? `${refusal}.` : null;
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

/** Asks the person to type the confirmation of the plan. @throws CliError like `confirm` */
function confirmPlan(io: Io, verdict: Decision['verdict'], gate: GateStatus, plan: CheckedPlan): Promise<void> {
  // Repeats the headline, because a long plan may have scrolled it away.
  if (io.ask !== null) io.note(`\nGate ${gate.gate} of ${gate.workflowId}: ${gate.plan?.headline ?? ''}`);
  return confirm(io, {
    effect: verdict,
    phrase: verdict === 'reject' ? 'reject' : (gate.plan?.confirm ?? gate.gate),
    all: { what: 'read the whole plan', show: () => io.page(renderPlan(gate, plan, { whole: true })) },
    before: 'Read the whole plan (semester plan … --all)',
    stopped: 'Nothing was decided.',
  });
}
