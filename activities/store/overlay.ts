import { digestOf } from '../../domain/digest.ts';
import type { Plan } from '../../domain/plan.ts';
import { refuse } from '../failures.ts';
import { parsePlan } from './parse-plan.ts';
import type { LedgerEntry, Store } from './store.ts';

/** A store in memory over a store that is never written. */
export interface Overlay extends Store {
  /** The plan that was stored last. */
  lastPlan(): Plan | null;
}

/**
 * A store that reads from `under` and keeps writes in memory. The mail ledger is read-only; `mails` replaces it if
 * given.
 * @throws ApplicationFailure `CommandFailed` for any other write
 */
export function overlayOf(under: Store, mails?: readonly LedgerEntry[]): Overlay {
  const plans = new Map<string, Plan>();
  const documents = new Map<string, unknown>();
  const named = new Map<string, unknown>();
  let last: Plan | null = null;
  const getNamed = async <T>(name: string): Promise<T | null> =>
    named.has(name) ? (named.get(name) as T) : await under.getNamed<T>(name);
  const here: Partial<Overlay> = {
    lastPlan: () => last,
    async putPlan(plan) {
      const digest = digestOf(plan.binding);
      plans.set(digest, plan);
      last = plan;
      return digest;
    },
    getPlan: async (gate, digest) => {
      const plan = plans.get(digest);
      return plan ? parsePlan(gate, digest, plan) : await under.getPlan(gate, digest);
    },
    showPlan: async (digest) => plans.get(digest) ?? (await under.showPlan(digest)),
    async putDocument(value) {
      const digest = digestOf(value);
      documents.set(digest, value);
      return digest;
    },
    getDocument: async <T>(digest: string) =>
      documents.has(digest) ? (documents.get(digest) as T) : await under.getDocument<T>(digest),
    putNamed: async (name, value) => void named.set(name, value),
    getNamed,
    async changeNamed<T>(name: string, change: (before: T | null) => T) {
      const after = change(await getNamed<T>(name));
      named.set(name, after);
      return after;
    },
    size: () => under.size(),
    listMail: async (semester, kind) => mails ?? (await under.listMail(semester, kind)),
    close: async () => undefined,
  };
  // Every other method of a store writes, including methods added later.
  return new Proxy(here, {
    get: (target, name: keyof Overlay) =>
      target[name] ??
      (() => Promise.reject(refuse('CommandFailed', `a rehearsal writes nothing: ${name} was not done`))),
  }) as Overlay;
}
