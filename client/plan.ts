import type { Client } from '@temporalio/client';
import { stringify } from 'yaml';
import { digestOf } from '../domain/digest.ts';
import type { GateStatus } from '../domain/status.ts';
import { CliError, EXIT } from './exit.ts';
import { glanceLines } from './glance.ts';
import { demandStatus, inspect, workflowIdOf } from './workflows.ts';
import type { PlanPage } from '../activities/site/contract.ts';

/** A stored plan, with a digest that was computed here from what is shown here. */
export interface CheckedPlan {
  readonly digest: string;
  readonly binding: unknown;
  readonly observed: unknown;
}

/**
 * Joins the pages of a plan and computes its digest anew.
 * @throws CliError (1) when the content is not what the digest stands for: nothing of it is shown or approved.
 */
export async function fetchPlan(page: (number: number) => Promise<PlanPage>, digest: string): Promise<CheckedPlan> {
  const first = await page(0);
  const pages = [first];
  for (let number = 1; number < first.pages; number++) pages.push(await page(number));
  const binding: unknown = JSON.parse(pages.map((part) => part.binding).join(''));
  const computed = digestOf(binding);
  if (computed !== digest) {
    throw new CliError(
      EXIT.failed,
      `The stored plan is not the one that the gate asks about: it has ${computed}, the gate says ${digest}. Nothing was decided. Somebody or something has changed the store.`,
    );
  }
  const observed = pages.map((part) => part.observed ?? '').join('');
  return { digest, binding, observed: observed === '' ? null : (JSON.parse(observed) as unknown) };
}

/** The plan of a digest, through the worker. */
export const readPlan = (client: Client, digest: string): Promise<CheckedPlan> =>
  fetchPlan((page) => inspect(client, 'plan', { digest, page }), digest);

/**
 * The gate, where it is asked: in the workflow itself or in one of its children.
 * @throws CliError (4) when no worker answers; (3) when the gate has not been asked yet, naming those that have.
 */
export async function findGate(client: Client, name: string, gate: string): Promise<GateStatus> {
  const statuses = [];
  const todo = [workflowIdOf(name)];
  for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
    const status = await demandStatus(client, id);
    if (status === null) {
      throw new CliError(EXIT.notFound, `No worker answers for ${id}. Start one: npm run worker -- --site site.yaml`);
    }
    statuses.push(status);
    todo.push(...status.children);
  }
  const gates = statuses.flatMap((status) => status.gates);
  const found = gates.filter((candidate) => candidate.gate === gate);
  const best = found.find((candidate) => candidate.state === 'open') ?? found.at(-1);
  if (best) return best;
  const known = gates.filter(({ state }) => state === 'open').map((candidate) => candidate.gate);
  const open = known.length === 0 ? 'no gate is open' : `open: ${known.join(', ')}`;
  throw new CliError(EXIT.refused, `${workflowIdOf(name)} has not asked at gate "${gate}" yet (${open}).`);
}

const list = (title: string, lines: readonly string[], mark: string): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${mark} ${line}`)];

/**
 * A gate and its plan as a person reads them: warnings first, then who is kept, then what is done, at a glance. `whole`:
 * everything that the digest stands for, and everything that was seen.
 */
export function renderPlan(gate: GateStatus, plan: CheckedPlan | null, { whole = false } = {}): string {
  const ref = gate.plan;
  const head = [`Gate ${gate.gate} of ${gate.workflowId}, round ${gate.round}: ${gate.state}`];
  if (gate.instructions !== undefined) head.push('', gate.instructions);
  if (ref === undefined) return printable(head);
  head.push(ref.headline, `digest ${ref.digest}`);
  const counts = Object.entries(ref.counts).map(([name, count]) => `${name} ${count}`);
  if (counts.length > 0) head.push(counts.join(', '));
  head.push(...list('Read this first', ref.warnings, '!'));
  head.push(...list('Changed since the last round', gate.diff?.lines ?? [], ' '));
  head.push(...list('Kept', ref.kept, '='));
  head.push(...list('To be waived by name, with --waive', ref.waivable, '?'));
  if (plan === null) return printable(head);
  const all = ['', 'What will be done:', indented(plan.binding), '', 'What was seen:', indented(plan.observed)];
  if (whole) return printable([...head, ...all]);
  const lines = all.join('\n').split('\n').length;
  const rest = `This is the plan at a glance; the digest was computed here over all of it. All ${lines} lines: --all`;
  return printable([...head, ...glanceLines(ref, plan.binding), '', rest]);
}

/** What others have named (people, files) must not move the cursor. */
const printable = (lines: readonly string[]): string => lines.join('\n').replace(/[^\P{Cc}\n]/gu, '\u{fffd}');

const indented = (value: unknown): string =>
  stringify(value, { lineWidth: 110 })
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');

/** Approvals so far, `2 of 2 (jan, kim)`. */
export function renderApprovals(approvals: readonly string[], needed: number): string {
  return `${approvals.length} of ${needed}${approvals.length > 0 ? ` (${approvals.join(', ')})` : ''}`;
}
