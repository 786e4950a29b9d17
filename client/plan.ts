import type { Client } from '@temporalio/client';
import { stringify } from 'yaml';
import { digestOf } from '../domain/digest.ts';
import type { GateStatus, Status } from '../domain/status.ts';
import { countOfAll } from '../domain/waivers.ts';
import { CliError, EXIT } from './exit.ts';
import { glanceLines } from './glance.ts';
import { queryStatusPatiently, inspect, workflowIdOf } from './workflows.ts';
import type { PlanPage } from '../activities/site/contract.ts';

const disjunction = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** The names of gates, as help shows them: `notice, removal or wipe`. */
export const oneOf = (gates: readonly { readonly name: string }[]): string =>
  disjunction.format(gates.map(({ name }) => name));

/** A stored plan whose digest this process has computed from the content. */
export interface CheckedPlan {
  readonly digest: string;
  readonly binding: unknown;
  readonly observed: unknown;
}

/**
 * Joins the pages of a plan and computes its digest.
 * @throws CliError (1) when the content does not match the digest
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
      `The stored plan does not match the gate: its digest is ${computed}, the gate has ${digest}. Nothing was decided. The store was changed after the gate opened: find out what changed it, or restore it from a backup.`,
    );
  }
  const observed = pages.map((part) => part.observed ?? '').join('');
  return { digest, binding, observed: observed === '' ? null : (JSON.parse(observed) as unknown) };
}

/** Reads the plan of a digest from the worker. */
export const readPlan = (client: Client, digest: string): Promise<CheckedPlan> =>
  fetchPlan((page) => inspect(client, 'plan', { digest, page }), digest);

/** A gate, and the status of the workflow that asks. */
export interface FoundGate {
  readonly gate: GateStatus;
  readonly status: Status;
}

/**
 * Finds a gate in the workflow or in one of its children.
 * @throws CliError (4) when no worker answers; (3) when the gate has not opened yet, naming the open ones
 */
export async function findGate(client: Client, name: string, gate: string): Promise<FoundGate> {
  const statuses = [];
  const todo = [workflowIdOf(name)];
  for (let id = todo.shift(); id !== undefined; id = todo.shift()) {
    const status = await queryStatusPatiently(client, id);
    if (status === null) {
      throw new CliError(EXIT.notFound, `No worker answers for ${id}. Start one: npm run worker -- --site site.yaml`);
    }
    statuses.push(status);
    todo.push(...status.children);
  }
  const all = statuses.flatMap((status) => status.gates.map((one): FoundGate => ({ gate: one, status })));
  const found = all.filter((candidate) => candidate.gate.gate === gate);
  const latest = found.find((candidate) => candidate.gate.state === 'open') ?? found.at(-1);
  if (latest) return latest;
  const known = all.flatMap((candidate) => (candidate.gate.state === 'open' ? [candidate.gate.gate] : []));
  const open = known.length === 0 ? 'no gate is open' : `open: ${known.join(', ')}`;
  throw new CliError(EXIT.refused, `Gate "${gate}" of ${workflowIdOf(name)} has not opened yet (${open}).`);
}

const list = (title: string, lines: readonly string[], mark: string): string[] =>
  lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${mark} ${line}`)];

/**
 * Renders a gate and its plan as text: warnings first, then what is kept, then a summary of what is done. With `whole`: all
 * of binding and observed.
 */
export function renderPlan(gate: GateStatus, plan: CheckedPlan | null, { whole = false } = {}): string {
  const ref = gate.plan;
  const head = [`Gate ${gate.gate} of ${gate.workflowId}, round ${gate.round}: ${gate.state}`];
  if (gate.instructions !== undefined) head.push('', gate.instructions);
  if (ref === undefined) return head.join('\n');
  head.push(ref.headline, `digest ${ref.digest}`);
  const counts = Object.entries(ref.counts).map(([name, count]) => `${name} ${count}`);
  if (counts.length > 0) head.push(counts.join(', '));
  head.push(...list('Read this first', ref.warnings, '!'));
  head.push(...list('Changed since the last round', gate.diff?.lines ?? [], ' '));
  head.push(...list('Kept', ref.kept, '='));
  head.push(...list('To be waived by name, with --waive', ref.waivable.map(waiverLine), '?'));
  if (plan === null) return head.join('\n');
  const all = ['', 'What will be done:', indented(plan.binding), '', 'What was observed:', indented(plan.observed)];
  if (whole) return [...head, ...all].join('\n');
  const lines = all.join('\n').split('\n').length;
  const rest = `This is a summary. The digest was computed here over the whole plan. All ${lines} lines: --all`;
  return [...head, ...glanceLines(ref, plan.binding), '', rest].join('\n');
}

/** A name, or the word for very many. */
const waiverLine = (waiver: string): string => {
  const count = countOfAll(waiver);
  return count === null ? waiver : `${waiver}   (one word for all ${count}; their names: --all)`;
};

const indented = (value: unknown): string =>
  stringify(value, { lineWidth: 110 })
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
