import type { PlanGate } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Prove } from './prove.ts';
import type { LockActivities } from '../../activities/locks/contract.ts';
import type { HostActivities } from '../../activities/hosts/contract.ts';

interface Tools {
  readonly note: (what: string) => Promise<unknown>;
  readonly plan: (gate: PlanGate, binding: object, rows: string[]) => PlanRef;
  readonly prove: Prove;
}

/** Closes logins, and returns since when they are closed. */
export function closedIn({ closed }: { readonly closed: Map<string, string> }, host: string, now: string) {
  const closedSince = closed.get(host) ?? now;
  closed.set(host, closedSince);
  return { closedSince };
}

type Doors = 'lookAccounts' | 'openLogins' | 'planExclude' | 'excludeHost' | 'includeHost';

/** Logins of a fleet in memory, and the hosts that mount the homes. */
export function loginsIn(
  world: { readonly closed: Map<string, string>; readonly excluded: Set<string> },
  { note, plan, prove }: Tools,
): Pick<HostActivities, Doors> {
  let asked = '';
  return {
    lookAccounts: async () => ({ unknown: [], asked: 3, silent: [] }),
    async openLogins({ hosts }) {
      for (const host of hosts) if (world.closed.delete(host)) await note(`open logins ${host}`);
      return prove('logins-open', 'people can log in', { hosts: hosts.length, opened: hosts.length });
    },
    async planExclude({ host, reason }) {
      asked = host;
      return plan('exclude', { host, reason }, [host]);
    },
    async excludeHost() {
      world.excluded.add(asked);
      await note(`exclude ${asked}`);
      return prove('excluded', `${asked} is excluded`, { host: asked, exported: 1 });
    },
    async includeHost({ host }) {
      world.excluded.delete(host);
      await note(`include ${host}`);
      return prove('included', `${host} is back`, { host, closed: world.closed.has('oloroso') });
    },
  };
}

/** The real ones, of a client that is not there yet. */
export const grantsIn = (make: () => LockActivities): LockActivities => ({
  requestGrant: async (grant) => make().requestGrant(grant),
  awaitEnd: async (grant) => make().awaitEnd(grant),
  deferTask: async (task) => make().deferTask(task),
  demandWiped: async (host) => make().demandWiped(host),
  endDeferred: async (tasks) => make().endDeferred(tasks),
});
