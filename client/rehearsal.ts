import { gunzipSync } from 'node:zlib';
import { stringify } from 'yaml';
import type { RehearsedGate } from '../activities/rehearse/contract.ts';
import { formatInstant } from '../domain/calendar.ts';
import type { SampleMail } from '../domain/gates/define.ts';
import { GATES, planGateOf, type Gate, type PlanGate } from '../domain/gates/index.ts';
import { phasesOf } from '../domain/names.ts';
import type { Calendar, Semester } from '../domain/semester.ts';
import type { Site } from '../domain/site.ts';
import { samplesIn } from './glance.ts';

/** Every gate of a semester before its start, in the order in which the gates will ask. */
export interface Rehearsal {
  readonly site: string;
  readonly semester: Semester;
  /** When it was made, UTC. */
  readonly at: string;
  /** `[what, when]` in the site's zone. */
  readonly calendar: readonly (readonly [string, string])[];
  readonly quorum: readonly { readonly gate: PlanGate; readonly needed: number }[];
  readonly approvers: readonly string[];
  readonly gates: readonly RehearsedGate[];
}

/** The gates at which a semester asks, in its order. */
export function gatesOf({ mode, order, formUrl }: Semester): readonly Gate[] {
  const asked = GATES.filter(({ asked: when = () => true }) =>
    when({ mode, ...(formUrl !== undefined && { formUrl }) }),
  );
  return phasesOf(order).flatMap((phase) => asked.filter((gate) => gate.phase === phase).map(({ name }) => name));
}

/** A semester's dates in the site's zone and language. */
export function calendarLines(calendar: Calendar, { zone, language }: Pick<Site, 'zone' | 'language'>) {
  const at = (instant: string) => formatInstant(instant, zone, language);
  return [
    ['approvers are reminded of the notice from', at(calendar.noticeGateOpens)],
    ...calendar.notices.map((notice, index) => [`notice ${index + 1}`, at(notice)] as const),
    ['deadline: mail, then the removal gate', at(calendar.deadline)],
    ['period of use from', at(calendar.periodFrom)],
    ['period of use until', at(calendar.periodUntil)],
    ['applications until', at(calendar.applicationsUntil)],
  ] as const;
}

/** Whether no gate failed: each was planned, or cannot be planned yet. */
export const couldPlan = ({ gates }: Pick<Rehearsal, 'gates'>): boolean =>
  gates.every(({ state }) => state !== 'failed');

/** Binding and observed of a gate's plan; null if the answer holds none. */
function planOf({ plan }: Pick<RehearsedGate, 'plan'>): { binding: unknown; observed: unknown } | null {
  if (plan === null) return null;
  return JSON.parse(gunzipSync(Buffer.from(plan, 'base64')).toString()) as { binding: unknown; observed: unknown };
}

const STATE_TITLES = {
  planned: 'as it would be asked now',
  later: 'cannot be planned yet',
  failed: 'COULD NOT BE LOOKED AT',
};

/** The state of a gate in a few words. */
export const titleOf = ({ state, instructions }: RehearsedGate): string =>
  instructions === null ? STATE_TITLES[state] : 'done by hand';

/** The mails of the notice's plan, in every language. */
export function samplesOf(gate: RehearsedGate): readonly SampleMail[] {
  const plan = planOf(gate);
  return plan === null ? [] : samplesIn(gate.gate, plan.binding);
}

/** The whole plan as YAML, without the mails' sources, which `samplesOf` shows rendered. */
export function detailsOf(gate: RehearsedGate): string {
  const plan = planOf(gate);
  if (plan === null) return '';
  const { page = null, brief: binding = {} } = planGateOf(gate.gate)?.show(plan.binding) ?? {};
  if (page !== null) return page.content;
  return stringify({ binding, observed: plan.observed }, { lineWidth: 110 });
}

const list = (title: string, lines: readonly string[], mark: string): string[] =>
  lines.length === 0 ? [] : [`  ${title}:`, ...lines.map((line) => `    ${mark} ${line}`)];

/** The report for a terminal: every gate with its headline, counts, warnings and first rows. */
export function renderRehearsal(rehearsal: Rehearsal): string {
  const { site, semester, calendar, quorum, approvers, gates } = rehearsal;
  const width = Math.max(...calendar.map(([what]) => what.length));
  return [
    `Rehearsal of ${semester.name} on ${site} (${semester.mode}, ${semester.order}). Nothing was started, sent or changed.`,
    '',
    'Calendar:',
    ...calendar.map(([what, when]) => `  ${what.padEnd(width)}  ${when}`),
    '',
    `Approvers: ${approvers.join(', ')}`,
    `Needed: ${quorum.map(({ gate, needed }) => `${gate} ${needed}`).join(', ')}`,
    ...gates.flatMap((gate) => ['', ...renderGate(gate)]),
    '',
    couldPlan(rehearsal) ? 'Every gate can be asked.' : `Not planned: ${failed(gates).join(', ')}`,
  ].join('\n');
}

const failed = (gates: readonly RehearsedGate[]) => gates.filter(({ state }) => state === 'failed').map((g) => g.gate);

function renderGate(rehearsed: RehearsedGate): string[] {
  const { gate, notes, ref, instructions } = rehearsed;
  const mails = samplesOf(rehearsed).map(({ kind, language, subject }) => `${kind} (${language}): ${subject}`);
  const counts = Object.entries(ref?.counts ?? {}).map(([name, count]) => `${name} ${count}`);
  return [
    `Gate ${gate}: ${titleOf(rehearsed)}`,
    ...notes.map((note) => `  ${note}`),
    ...(instructions === null
      ? []
      : instructions
          .trimEnd()
          .split('\n')
          .map((line) => `  | ${line}`)),
    ...(ref === null ? [] : [`  ${ref.headline}`, ...(counts.length > 0 ? [`  ${counts.join(', ')}`] : [])]),
    ...(ref?.empty ? ['  Nothing to do: it would be passed without asking.'] : []),
    ...list('Read this first', ref?.warnings ?? [], '!'),
    ...list('Kept', ref?.kept ?? [], '='),
    ...list('To be waived by name', ref?.waivable ?? [], '?'),
    ...list('Mails', mails, '@'),
    ...list(`First of ${ref?.total ?? 0}`, ref?.rows ?? [], ' '),
  ];
}
