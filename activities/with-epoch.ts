import { AUTHORITY, type Made } from './contract.ts';
import type { Acts } from './epoch/epoch.ts';
import { runningIn } from './hosts/remote/activity-context.ts';

/** They change nothing outside of the service, only end what was to be done, or are for people who look what is wrong. */
const HARMLESS: ReadonlySet<keyof Made> = new Set<keyof Made>([
  'deferTask',
  'doctor',
  'endDeferred',
  'endWipe',
  'judgeApplicants',
  'notifyWebhook',
  'pinHostKey',
  'tidyHost',
]);

/** Whether an activity is recorded before it acts, and refused while the store is older than the world. */
export const isRecorded = (name: keyof Made): boolean =>
  (AUTHORITY[name].kind === 'acts' || AUTHORITY[name].kind === 'needs-none') && !HARMLESS.has(name);

/** Wraps the activities that act: each records the act first, and does not act while the store is older than the world. */
export function withEpoch(made: Made, acts: Acts): Made {
  const recorded = (Object.keys(AUTHORITY) as (keyof Made)[]).filter(isRecorded).map((name) => {
    const act = made[name] as (a: { readonly host?: unknown }) => Promise<unknown>;
    return [
      name,
      async (a: { readonly host?: unknown }) => {
        const { workflow = '' } = runningIn() ?? {};
        await acts.record({ activity: name, workflow, ...(typeof a?.host === 'string' && { host: a.host }) });
        return act(a);
      },
    ] as const;
  });
  return { ...made, ...Object.fromEntries(recorded) };
}
