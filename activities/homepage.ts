import { Context } from '@temporalio/activity';
import { formatPostDate } from '../domain/days.ts';
import { digestOf } from '../domain/digest.ts';
import type { Proof } from '../domain/proof.ts';
import type { Semester } from '../domain/semester.ts';
import type { Site } from '../domain/site.ts';
import { recordsOf } from './applications/records.ts';
import { refuse, tryAgain } from './failures.ts';
import { withCheckout, type Checkout } from './homepage/checkout.ts';
import { openForm } from './homepage/form.ts';
import { postWarnings, renderForm, renderPost, type PostBinding } from './homepage/post.ts';
import { withoutCredentials } from './homepage/repository.ts';
import type { Store } from './store/store.ts';
import type { PublishActivities } from './types.ts';

/** What we published for a semester, in the store by `post/<semester>`: only this may be overwritten. */
interface Published {
  readonly path: string;
  readonly date: string;
  readonly content: string;
}

const RACES = 5;
const ROWS = 10;

/** R6: the post on the homepage and the survey's form. */
export function createPublishActivities(deps: {
  site: () => Promise<Site>;
  store: Store;
  clock: () => Date;
}): PublishActivities {
  const { store, clock } = deps;
  const publishedName = (semester: string) => `post/${semester}`;

  /**
   * The front matter's date: when this very text was first planned, so that planning it again gives the same digest; an
   * edited text gets a date of its own, unless the post is out already.
   */
  async function postDate(site: Site, semester: Semester, undated: string): Promise<string> {
    const published = await store.getNamed<Published>(publishedName(semester.name));
    if (published) return published.date;
    const name = `post-date/${semester.name}/${digestOf(undated)}`;
    const before = await store.getNamed<string>(name);
    if (before !== null) return before;
    const date = formatPostDate(clock(), site.zone);
    await store.putNamed(name, date);
    return date;
  }

  return {
    formInstructions: async ({ semester, workflow }) => await renderForm(await deps.site(), semester, workflow),

    async checkForm({ url }) {
      const status = await openForm(url, Context.current().cancellationSignal);
      return {
        what: 'form',
        at: clock().toISOString(),
        summary: `the form opens (${status})`,
        facts: { url, status },
        how: 'by-hand',
      };
    },

    async planPublish({ semester, calendar, formUrl }) {
      const site = await deps.site();
      const date = await postDate(site, semester, await renderPost(site, semester, calendar, formUrl, ''));
      const binding: PostBinding = {
        semester: semester.name,
        title: semester.title,
        path: `_posts/${date.slice(0, 10)}-gpu.md`,
        content: await renderPost(site, semester, calendar, formUrl, date),
        formUrl,
        repository: withoutCredentials(site.homepage.repository),
        branch: site.homepage.branch,
      };
      const observed = { plannedAt: clock().toISOString() };
      const digest = await store.putPlan({ gate: 'publish', binding, observed });
      const lines = binding.content.trimEnd().split('\n');
      return {
        gate: 'publish',
        digest,
        headline: `“${semester.title}” is published as ${binding.path} on ${site.homepage.url}`,
        counts: { lines: lines.length, servers: site.hosts.length },
        rows: lines.slice(0, ROWS),
        total: lines.length,
        kept: [],
        warnings: postWarnings(binding, site, calendar, clock()),
        waivable: [],
        confirm: `publish ${semester.name}`,
        empty: false,
      };
    },

    async publishPost({ ref, plan }) {
      const site = await deps.site();
      const { binding } = await store.getPlan<PostBinding, unknown>(plan);
      const { path, semester, content } = binding;
      if (
        binding.repository !== withoutCredentials(site.homepage.repository) ||
        binding.branch !== site.homepage.branch
      )
        throw refuse('PlanVoid', 'publish: site.yaml names another homepage than the approved plan: approve it again');
      const before = await store.getNamed<Published>(publishedName(semester));
      const { cancellationSignal } = Context.current();
      const proof = await withCheckout(site, cancellationSignal, async (checkout) =>
        ref.byHand ? await foundByHand(checkout, binding, clock()) : await publish(checkout, binding, before, clock),
      );
      const date = /^date: (.*)$/m.exec(content)?.[1] ?? '';
      // The mails of R7 tell where the survey is.
      await recordsOf(store, semester).form.put(binding.formUrl);
      if (!ref.byHand) await store.putNamed(publishedName(semester), { path, date, content } satisfies Published);
      return proof;
    },
  };
}

/** Looks, writes, pushes and looks again; a lost race is looked at anew, because its winner may have touched the post. */
async function publish(
  checkout: Checkout,
  binding: PostBinding,
  before: Published | null,
  clock: () => Date,
): Promise<Proof> {
  const { path, content, title } = binding;
  let how: Proof['how'] = 'found';
  for (let attempt = 0; attempt < RACES; attempt++) {
    const there = await checkout.read(path);
    if (there === content) return await proofOf(checkout, binding, how, clock());
    if (how === 'service') break;
    if (before?.path === path ? there !== before.content : there !== null)
      throw refuse('VerificationFailed', await changed(checkout, binding, there));
    Context.current().heartbeat({ path, attempt });
    if ((await checkout.push(path, content, `Post: ${title}`)) === 'pushed') how = 'service';
  }
  throw tryAgain('VerificationFailed', `homepage: ${path} on ${binding.branch} is not what was pushed; looking again`);
}

async function proofOf(
  checkout: Checkout,
  { path, content }: PostBinding,
  how: Proof['how'],
  at: Date,
): Promise<Proof> {
  const commit = await checkout.commitOf(path);
  return {
    what: 'post',
    at: at.toISOString(),
    summary: `${path} is published in commit ${commit.slice(0, 12)}`,
    facts: { path, commit, bytes: Buffer.byteLength(content) },
    how,
  };
}

/** Somebody edited the post, deleted it, or had a file of that name: theirs stays. */
async function changed(checkout: Checkout, { path, content }: PostBinding, there: string | null): Promise<string> {
  const remedy = 'keep it by `done`, or put git back to what was published and `retry`';
  if (there === null) return `homepage: ${path} was published and is gone from git since; ${remedy}`;
  const lines = await checkout.difference(path, content, 20);
  return `homepage: ${path} is in git already and differs from the plan; ${remedy}\n${lines.join('\n')}`;
}

async function foundByHand(checkout: Checkout, binding: PostBinding, at: Date): Promise<Proof> {
  const there = await checkout.read(binding.path);
  if (there === null)
    throw refuse('VerificationFailed', `homepage: ${binding.path} is not in git: push it, then say \`done\` again`);
  const proof = await proofOf(checkout, { ...binding, content: there }, 'by-hand', at);
  return there === binding.content ? proof : { ...proof, summary: `${proof.summary}; its text is a person's own` };
}
