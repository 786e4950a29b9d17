import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { planGateOf, type Gate, type HandGate, type RehearsedBy } from '../../domain/gates/index.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import { createHomepageActivities } from '../homepage/activities.ts';
import type { LoginSecrets } from '../hosts/remote/connect.ts';
import { beat } from '../hosts/remote/activity-context.ts';
import { reinstallInstructions } from '../hosts/leader/instructions.ts';
import { createLookOnlyRemote } from '../hosts/remote/look-only.ts';
import { makePlan, PLANS, type Readers } from './gates.ts';
import { rolloutOutlook } from './rollout.ts';
import type { RehearsalActivities, RehearsedGate } from './contract.ts';
import { overlayOf } from '../store/overlay.ts';

export interface RehearsalDependencies extends Omit<Readers, 'remote'> {
  readonly secrets: LoginSecrets;
}

/** Maximum size of a plan. Temporal takes 2 MB per message; the rest is small, and encryption adds a third. */
const MAX_PLAN = 1_300_000;
const BEAT_MS = 5_000;
const NOTHING = { state: 'later', notes: [], ref: null, plan: null, instructions: null } as const;

/** Makes every gate's plan before a start, with the code of the gates over read-only systems. */
export function createRehearsalActivities(deps: RehearsalDependencies): RehearsalActivities {
  return {
    async rehearseGate({ semester, calendar, gate }) {
      const current = await deps.site();
      const site = async () => current;
      const remote = createLookOnlyRemote({ site, secrets: deps.secrets });
      const heart = setInterval(() => beat({ rehearsing: gate }), BEAT_MS);
      try {
        return { ...NOTHING, gate, ...(await rehearse({ ...deps, site, remote }, gate, { semester, calendar })) };
      } catch (error) {
        return { ...NOTHING, gate, state: 'failed', notes: [error instanceof Error ? error.message : String(error)] };
      } finally {
        clearInterval(heart);
        await remote.close();
      }
    },
  };
}

async function rehearse(
  readers: Readers,
  gate: Gate,
  when: { semester: Semester; calendar: Calendar },
): Promise<Partial<RehearsedGate>> {
  const { semester } = when;
  const { site, remote } = readers;
  const store = overlayOf(readers.store);
  if (isIn(HANDS, gate)) return { instructions: await HANDS[gate]({ ...readers, store }, semester) };
  if (isIn(OUTLOOKS, gate)) return { notes: await OUTLOOKS[gate](await site(), semester, remote) };
  if (isIn(PLANS, gate)) {
    const made = await makePlan(readers, gate, when);
    const { text, note } = await packed(made.store.lastPlan());
    return { state: 'planned', ref: made.ref, plan: text, notes: [...made.notes, ...note] };
  }
  const { rehearsal } = planGateOf(gate) ?? {};
  return { notes: typeof rehearsal === 'object' ? [rehearsal.later] : [] };
}

const isIn = <T extends object>(makers: T, gate: Gate): gate is Gate & keyof T => gate in makers;

/** Descriptions of what is known before a plan can be made. */
const OUTLOOKS: Readonly<Record<RehearsedBy<'outlook'>, typeof rolloutOutlook>> = { rollout: rolloutOutlook };

type Instructions = (readers: Readers, semester: Semester) => Promise<string>;

const byHandOnLeader: Instructions = async ({ site }, semester) => {
  const host = semester.leader ?? (await site()).update.leader;
  return await reinstallInstructions({ site })({ host, language: null });
};

/** The instructions of each hand gate. */
const HANDS: Readonly<Record<HandGate, Instructions>> = {
  reinstall: byHandOnLeader,
  'leader-work': byHandOnLeader,
  form: ({ site, surveys, store, remote, clock }, semester) =>
    createHomepageActivities({ site, surveys, store, remote, clock }).formInstructions({
      semester,
      workflow: semester.name,
    }),
};

async function packed(plan: Plan | null): Promise<{ text: string | null; note: readonly string[] }> {
  if (plan === null) return { text: null, note: [] };
  const { binding, observed } = plan;
  const text = (await promisify(gzip)(JSON.stringify({ binding, observed }))).toString('base64');
  if (text.length <= MAX_PLAN) return { text, note: [] };
  return {
    text: null,
    note: ['The plan is too large for this report, which shows its first rows. The gate shows all.'],
  };
}
