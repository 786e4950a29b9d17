import { parsePlan } from '../../../activities/store/parse-plan.ts';
import { loadSite } from '../../../config/load.ts';
import { createHostActivities } from '../../../activities/hosts/activities.ts';
import type { HostDependencies } from '../../../activities/hosts/dependencies.ts';
import { rememberAccounts } from '../../../activities/id-server/accounts.ts';
import { createRemote } from '../../../activities/hosts/remote/ssh.ts';
import type { LedgerEntry } from '../../../activities/store/store.ts';
import { digestOf } from '../../../domain/digest.ts';
import type { Plan } from '../../../domain/plan.ts';
import type { Proof } from '../../../domain/proof.ts';
import type { Semester } from '../../../domain/semester.ts';
import { startLab, type Lab, type LabOptions } from '../../../lab/lab.ts';
import type { StepRef } from '../../../domain/step.ts';
import { holdsContract } from '../../support/contract.ts';

/** A lab, and the host activities against it with plans kept in memory. */
export async function startFleet(options: LabOptions) {
  const lab = await startLab({ busy: false, services: false, ...options });
  const remote = remoteTo(lab);
  const { store, plans, ledger } = memoryStore();
  let now = () => new Date();
  const hosts = holdsContract(
    createHostActivities({
      site: async () => await loadSite(lab.siteFile),
      remote,
      store,
      clock: () => now(),
      idServer: { members: async () => [], implied: async () => [] },
    }),
  );
  return {
    lab,
    remote,
    hosts,
    plans,
    ledger,
    /** Makes accounts of the ID server known to the service. */
    accounts: (...names: readonly string[]) =>
      rememberAccounts(
        store,
        names.map((username) => ({ username })),
      ),
    setClock: (clock: () => Date) => (now = clock),
    async stop() {
      await remote.close();
      await lab.down();
    },
  };
}

/** A separate client, as another worker has. */
export const remoteTo = (lab: Lab, textOf?: (name: string) => Promise<string>) =>
  createRemote({
    site: async () => await loadSite(lab.siteFile),
    secrets: { sshKey: lab.secrets.SEMESTER_SSH_KEY, sshPassword: lab.secrets.SEMESTER_SSH_PASSWORD },
    ...(textOf && { textOf }),
  });

function memoryStore() {
  const plans = new Map<string, unknown>();
  const ledger: LedgerEntry[] = [];
  const put = async (digest: string, value: unknown) => {
    plans.set(digest, value);
    return digest;
  };
  const named = new Map<string, unknown>();
  const store: HostDependencies['store'] = {
    getNamed: async <T>(name: string) => (named.get(name) ?? null) as T | null,
    putNamed: async (name, value) => void named.set(name, value),
    async changeNamed<T>(name: string, change: (before: T | null) => T) {
      const after = change((named.get(name) ?? null) as T | null);
      named.set(name, after);
      return after;
    },
    putPlan: async (plan) => await put(digestOf(plan.binding), plan),
    getPlan: async (gate, digest) => parsePlan(gate, digest, plans.get(digest) as Plan),
    listMail: async () => ledger,
    putDocument: async (value) => await put(digestOf(value), value),
  };
  return { store, plans, ledger };
}

/**
 * A shell command for a host that waits until a condition holds, and at once does something: to interrupt what lasts a moment. A poll from
 * outside would start five programs for each look, beside what it waits for.
 */
export const onceIn = (condition: string, act: string): string =>
  `SECONDS=0; until ${condition}; do ((SECONDS < 60)) || { echo 'it has not come to that' >&2; exit 1; }; sleep 0.02; done; ${act}`;

/** The reference of a step's attempt, as the workflow passes it. */
export const refOf = (step: string, round = 1, byHand = false): StepRef => ({
  workflow: 'semester/2027-spring',
  step,
  round,
  byHand,
});

export const semester = { name: '2027-spring' } as Semester;

export const lockedOut: Proof<'lockout'> = {
  what: 'lockout',
  at: '2027-02-11T00:00:00.000Z',
  summary: '',
  facts: { group: 'gpu', removed: 0, already: 0, staying: 0, newcomers: 0 },
  how: 'service',
};
