import { mailMark, type Act } from '../activities/epoch/acts.ts';
import { hostJournal, localJournal } from '../activities/epoch/journals.ts';
import { historiesOf, signersOf } from '../activities/approvals/histories.ts';
import { recordsOf } from '../activities/applications/records.ts';
import { jobsOf } from '../activities/hosts/jobs/jobs.ts';
import { createLookOnlyRemote } from '../activities/hosts/remote/look-only.ts';
import type { Remote } from '../activities/hosts/remote/remote.ts';
import { createIdServer } from '../activities/id-server/client.ts';
import { labelOf } from '../activities/id-server/removal-warnings.ts';
import type { IdServer } from '../activities/id-server/types.ts';
import { exemptNow } from '../activities/site/exempt.ts';
import { siteFrom } from '../activities/site/activities.ts';
import { createSqlStore } from '../activities/store/sql.ts';
import type { Database } from '../activities/store/database.ts';
import type { LedgerKey, Store } from '../activities/store/store.ts';
import { beginOf, plansOf, workflowsToFetch } from '../client/audit/compare.ts';
import type { Found, FoundAct, FoundGroup, FoundJob, FoundLedger } from '../client/audit/found.ts';
import type { Io } from '../client/io.ts';
import { loadSite } from '../config/load.ts';
import { applicationsGate } from '../domain/gates/applications.ts';
import { removalGate } from '../domain/gates/removal.ts';
import type { Site } from '../domain/site.ts';
import type { AuditExport, Execution } from '../signing/export-format.ts';
import { loadSecrets } from '../worker/secrets.ts';
import { openOwnDatabase } from './open.ts';

/** What the collection reads by; tests pass doubles. */
export interface Sources {
  readonly remote: Pick<Remote, 'run' | 'close'>;
  readonly idServer: Pick<IdServer, 'members' | 'implied'>;
  readonly database: () => Promise<Database>;
}

/**
 * Reads what was done since the audited semester began, and changes nothing: the journals and records of jobs on the hosts, the
 * group, the ledger, and the histories of other workflows that acted meanwhile. What does not answer becomes a gap.
 * @throws ConfigError if site.yaml is invalid
 */
export async function findDone(
  io: Pick<Io, 'withClient'>,
  siteFile: string,
  exported: AuditExport,
  sources?: Sources,
): Promise<Found> {
  const site = await loadSite(siteFile);
  const { remote, idServer, database } = sources ?? (await sourcesOf(site, siteFile));
  const gaps: string[] = [];
  /** What `read` returns; null, with a gap, if it fails. */
  const orGap = <T>(what: string, remedy: string, read: () => Promise<T>): Promise<T | null> =>
    read().catch((error: unknown) => {
      gaps.push(`${what}: ${error instanceof Error ? error.message : String(error)}. ${remedy}`);
      return null;
    });
  const clock = () => new Date();
  try {
    const hosts = await Promise.all(
      hostsOf(site).map((host) =>
        orGap(`the journal and the jobs of ${host}`, 'Repeat the audit when the host answers', () =>
          readHost(remote, site, host),
        ),
      ),
    );
    const local = await orGap(`the journal in ${site.stateDir}`, "Run the audit as the worker's account", () =>
      localJournal(site).after(0),
    );
    const acts = uniqueActs([...(local ?? []), ...hosts.flatMap((one) => one?.acts ?? [])]);
    const group = await orGap(
      `the group ${site.idServer.group}`,
      'Give SEMESTER_ID_PASSWORD and SEMESTER_ID_DATABASE_URL as the worker has them',
      () => readGroup(idServer, site, clock),
    );
    const db = await orGap('the ledger', 'Give SEMESTER_DATABASE_URL as the worker has it', database);
    try {
      const store = db && createSqlStore(db, clock);
      const ledger =
        db && store
          ? await orGap('the ledger', 'What semester purge has deleted cannot be compared', () =>
              readLedger(db, store, exported),
            )
          : null;
      const executions = await fetchHistories(io, store, exported, acts, orGap);
      return { acts, jobs: hosts.flatMap((one) => one?.jobs ?? []), ledger, group, ...executions, gaps };
    } finally {
      await db?.close();
    }
  } finally {
    await remote.close();
  }
}

async function sourcesOf(site: Site, siteFile: string): Promise<Sources> {
  const secrets = await loadSecrets();
  const read = siteFrom(siteFile);
  return {
    remote: createLookOnlyRemote({ site: read, secrets }),
    idServer: createIdServer({ site: read, password: secrets.idPassword, databaseUrl: secrets.idDatabaseUrl }),
    database: () => openOwnDatabase(site, secrets),
  };
}

const hostsOf = ({ storage, hosts, replica }: Site): readonly string[] => [
  ...new Set([storage, ...hosts, ...(replica ? [replica] : [])].map(({ name }) => name)),
];

async function readHost(
  remote: Sources['remote'],
  site: Site,
  host: string,
): Promise<{ readonly acts: readonly Act[]; readonly jobs: readonly FoundJob[] }> {
  // The replica keeps no journal.
  const acts = host === site.replica?.name ? [] : await hostJournal(remote, site, host).after(0);
  const lines = await remote.run(host, { name: 'list-jobs', args: [...jobsOf(site, host)] });
  const jobs = lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [unit = '', at = '', ...workflow] = line.split(' ');
      return { host, unit, at, workflow: workflow.join(' ') };
    });
  return { acts, jobs };
}

/** Several journals know the same act. */
const uniqueActs = (acts: readonly Act[]): readonly FoundAct[] =>
  [...new Map(acts.map((act) => [`${act.epoch} ${act.run}`, act])).values()].toSorted((a, b) =>
    a.at.localeCompare(b.at),
  );

async function readGroup(idServer: Sources['idServer'], site: Site, clock: () => Date): Promise<FoundGroup> {
  const [members, implied] = await Promise.all([idServer.members(), idServer.implied()]);
  return {
    group: site.idServer.group,
    members: members.map(labelOf),
    implied: implied.map(labelOf),
    exempt: exemptNow(site, clock, []).map(({ user }) => user),
  };
}

/** Mails to approvers need no approval, and those without an address never left. */
const LEFT = `SELECT semester, kind, edition, person, at FROM mail
  WHERE at >= $1 AND kind NOT LIKE 'approver:%' AND state NOT IN ('no-address', 'waived') ORDER BY at`;

async function readLedger(db: Database, store: Store, exported: AuditExport): Promise<FoundLedger> {
  const rows = await db.query(LEFT, [new Date(beginOf(exported))]);
  const { removal, lists } = plansOf(exported);
  const listed = await Promise.all(
    lists.map(async (digest) => {
      const { binding } = await store.getPlan(applicationsGate, digest);
      return [digest, binding.accept.map(({ user }) => user)] as const;
    }),
  );
  return {
    mails: rows.map((row) => {
      const key = row as unknown as LedgerKey;
      return { ...key, at: (row.at as Date).toISOString(), mark: mailMark(key) };
    }),
    decisions: (await recordsOf(store, exported.semester).decisions.get()) ?? [],
    lists: Object.fromEntries(listed),
    staying: removal === null ? null : (await store.getPlan(removalGate, removal)).observed.staying,
  };
}

type OrGap = <T>(what: string, remedy: string, read: () => Promise<T>) => Promise<T | null>;

/** The histories of the workflows that acted and are not in the file, or acted after it. */
async function fetchHistories(
  io: Pick<Io, 'withClient'>,
  store: Store | null,
  exported: AuditExport,
  acts: readonly FoundAct[],
  orGap: OrGap,
): Promise<Pick<Found, 'executions' | 'allowedSigners'>> {
  const wanted = workflowsToFetch(exported, acts);
  if (wanted.length === 0) return { executions: [], allowedSigners: [] };
  const remedy = 'Give TEMPORAL_ADDRESS and the payload keys as the worker has them';
  const fetched = await orGap(`the histories of ${wanted.join(', ')}`, remedy, () =>
    io.withClient(async (client) => {
      const found = new Map<string, Execution>();
      for (const id of wanted)
        for (const one of await historiesOf(client, id, beginOf(exported))) found.set(one.run, one);
      return [...found.values()];
    }),
  );
  const executions = fetched ?? [];
  const allowedSigners =
    store &&
    (await orGap('the keys of other workflows', 'Give SEMESTER_DATABASE_URL as the worker has it', () =>
      signersOf(store, executions),
    ));
  return { executions, allowedSigners: allowedSigners ?? [] };
}
