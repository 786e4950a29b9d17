import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Gate } from '../../domain/names.ts';
import type { Plan } from '../../domain/plan.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import { createHomepageActivities } from '../homepage/activities.ts';
import type { LoginSecrets } from '../hosts/remote/connect.ts';
import { beat } from '../hosts/remote/activity-context.ts';
import { reinstallInstructions } from '../hosts/leader/instructions.ts';
import { createLookOnlyRemote } from '../hosts/remote/look-only.ts';
import { makePlan, type Readers } from './gates.ts';
import { rolloutOutlook } from './rollout.ts';
import type { RehearsalActivities, RehearsedGate } from './contract.ts';
import { overlayOf } from '../store/overlay.ts';

export interface RehearsalDependencies extends Omit<Readers, 'remote'> {
  readonly secrets: LoginSecrets;
}

/** Temporal takes 2 MB in one message; the rest of the answer is small, and encryption adds a third. */
const MAX_PLAN = 1_300_000;
const BEAT_MS = 5_000;
const NOTHING = { state: 'later', notes: [], ref: null, plan: null, instructions: null } as const;

/** Every gate's plan before any start, by the same code that the gates use, over systems that can only be read. */
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
  const { site, remote, clock } = readers;
  const store = overlayOf(readers.store);
  switch (gate) {
    case 'rollout':
      return { notes: await rolloutOutlook(await site(), semester, remote) };
    case 'reinstall':
    case 'leader-work': {
      const host = semester.leader ?? (await site()).update.leader;
      const instructions = await reinstallInstructions({ site })({ host, language: null });
      return { instructions };
    }
    case 'form': {
      const publish = createHomepageActivities({ site, surveys: readers.surveys, store, remote, clock });
      return { instructions: await publish.formInstructions({ semester, workflow: semester.name }) };
    }
    case 'applications':
      return { notes: ['Nobody can have applied yet: with applications.mode review it asks once a day, for months.'] };
    case 'restore':
      return { notes: ['No part of a semester: semester restore asks when somebody wants their data back.'] };
    case 'exclude':
      return { notes: ['No part of a semester: semester host exclude asks when a host is broken for weeks.'] };
    case 'rollback':
      return { notes: ['No part of a semester: semester rollback asks when an image turns out to be bad.'] };
    case 'notice':
    case 'removal':
    case 'wipe':
    case 'prune':
    case 'publish': {
      const made = await makePlan(readers, gate, when);
      const { text, note } = await packed(made.store.lastPlan());
      return { state: 'planned', ref: made.ref, plan: text, notes: [...made.notes, ...note] };
    }
  }
}

async function packed(plan: Plan | null): Promise<{ text: string | null; note: readonly string[] }> {
  if (plan === null) return { text: null, note: [] };
  const { binding, observed } = plan;
  const text = (await promisify(gzip)(JSON.stringify({ binding, observed }))).toString('base64');
  if (text.length <= MAX_PLAN) return { text, note: [] };
  return {
    text: null,
    note: ['The whole plan is too large for this report: here are its first rows; the gate shows all.'],
  };
}
