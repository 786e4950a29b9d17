import { readFile } from 'node:fs/promises';
import canonicalize from 'canonicalize';
import { ConfigError } from '../../config/error.ts';
import { checkSemester, loadSite } from '../../config/load.ts';
import { calendarOf, durationMs } from '../../domain/calendar.ts';
import { digestOf } from '../../domain/digest.ts';
import { diffBindings } from '../../domain/plan-diff.ts';
import type { Site, SiteView } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import type { Store } from '../store/store.ts';
import type { PlanPage, SiteActivities } from './contract.ts';

export interface SiteDependencies {
  /** Reads site.yaml; see `siteFrom`. */
  readonly site: () => Promise<Site>;
  readonly store: Pick<Store, 'showPlan'>;
}

const PAGE_BYTES = 256 * 1024;

/** Converts a configuration error to a non-retryable `ConfigInvalid`. */
async function orRefuse<T>(read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof ConfigError) throw refuse('ConfigInvalid', error.message, error);
    throw error;
  }
}

/**
 * The `site` dependency of every activity factory. Reads `file` at each call and validates it only if its text changed,
 * because a roll-out calls it hundreds of times. Fails with non-retryable `ConfigInvalid`.
 */
export function siteFrom(file: string): () => Promise<Site> {
  const read = () => readFile(file, 'utf8').catch(() => null);
  let last: { readonly text: string; readonly site: Site } | undefined;
  return () =>
    orRefuse(async () => {
      const text = await read();
      if (last !== undefined && text === last.text) return last.site;
      const site = await loadSite(file);
      // A change during this call takes effect at the next one.
      last = text !== null && text === (await read()) ? { text, site } : undefined;
      return site;
    });
}

/** Reads the configuration and pages of stored plans. */
export function createSiteActivities({ site, store }: SiteDependencies): SiteActivities {
  const read = () => orRefuse(site);
  let last: { readonly digest: string; readonly pages: readonly PagePart[] } | undefined;
  return {
    async readSite({ site: wanted }) {
      const found = await read();
      if (found.name === wanted) return viewOf(found);
      const remedy = `start a worker with the site.yaml of ${wanted}, or start the semester for ${found.name}`;
      throw refuse('WrongSite', `this worker serves the site ${found.name}, not ${wanted}: ${remedy}`);
    },

    async readCalendar({ semester }) {
      const found = await read();
      const checked = await orRefuse(() => checkSemester(semester, { site: found }));
      return calendarOf(checked, found.zone);
    },

    async diffPlans({ before, after }) {
      const [old, now] = await Promise.all([store.showPlan(before), store.showPlan(after)]);
      return diffBindings(old.binding, now.binding);
    },

    async readPlanPage({ digest, page }) {
      // The first page reads the plan; the others are of the same reading, because a plan of thousands of homes has many.
      if (page === 0 || last?.digest !== digest) {
        const plan = await store.showPlan(digest);
        last = { digest, pages: pagesOf(canonical(plan.binding), canonical(plan.observed)) };
      }
      const { pages } = last;
      const part = pages[page];
      if (!part)
        throw refuse('CommandFailed', `plan ${digest} has pages 0 to ${pages.length - 1}; page ${page} does not exist`);
      return { digest, pages: pages.length, ...part };
    },
  };
}

/** The part of a site that workflows may know. */
export function viewOf(site: Site): SiteView {
  return {
    digest: digestOf(site),
    name: site.name,
    approvers: site.approvers.map((approver) => approver.name),
    quorum: site.quorum,
    remindEveryMs: durationMs(site.remindEvery),
    zone: site.zone,
    language: site.language,
    signed: site.approvals.signed,
    webhook: site.notify.webhook,
    storage: site.storage.name,
    replica: site.replica?.name ?? null,
    hosts: site.hosts.map((host) => host.name),
    excluded: (site.excluded ?? []).map((host) => host.name),
    leader: site.update.leader,
    leaderBy: site.update.mode,
    rollout: {
      canary: site.update.canary,
      waves: site.update.waves,
      failureBudget: site.update.failureBudget,
      parallel: site.update.parallel,
    },
    between: { waitForJobsMs: durationMs(site.update.between.waitForJobs) },
  };
}

const canonical = (value: unknown) => canonicalize(value) ?? 'null';

type PagePart = Omit<PlanPage, 'digest' | 'pages'>;

/**
 * Pages of at most 256 KB of UTF-8, split between characters: first the binding, then observed, which shares the
 * binding's last page if it fits.
 */
function pagesOf(binding: string, observed: string): readonly PagePart[] {
  const bound = chunksOf(binding);
  const seen = chunksOf(observed);
  const fits = Buffer.byteLength(bound.at(-1) ?? '') + Buffer.byteLength(observed) <= PAGE_BYTES;
  const first = fits ? bound.length - 1 : bound.length;
  return Array.from({ length: first + seen.length }, (_, page) => {
    const rest = seen[page - first];
    return { binding: bound[page] ?? '', ...(rest !== undefined && { observed: rest }) };
  });
}

function chunksOf(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const chunks: string[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = cutAfter(bytes, start);
    chunks.push(bytes.subarray(start, end).toString());
    start = end;
  }
  return chunks;
}

function cutAfter(bytes: Buffer, start: number): number {
  let end = Math.min(start + PAGE_BYTES, bytes.length);
  // A byte 10xxxxxx continues a character.
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
