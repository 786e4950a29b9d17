import { publishGate, type PostBinding, type PostObserved } from '../../domain/gates/publish.ts';
import { formatPostDate } from '../../domain/days.ts';
import { digestOf } from '../../domain/digest.ts';
import { calendarOf } from '../../domain/calendar.ts';
import { diffBindings } from '../../domain/plan-diff.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { recordsOf } from '../applications/records.ts';
import { refuse } from '../failures.ts';
import { withCheckout } from './checkout.ts';
import type { HomepageDependencies } from './dependencies.ts';
import { checkForm, closeForm, formInstructions, makeForm, publishForm } from './forms.ts';
import { openGitHub } from './github.ts';
import { brokenLinks, linksOf, openAddress } from './links.ts';
import { awaitPage } from './page.ts';
import { dateOfPost } from './permalink.ts';
import { postWarnings, renderPost } from './post.ts';
import { proveMerged, proposePost, remoteOf } from './pull-request.ts';
import { specWarnings } from './specs.ts';
import { provePublishedByHand, publish, type Published } from './publish.ts';
import { withoutCredentials } from './repository.ts';
import { surveyText } from '../survey/text.ts';
import type { HomepageActivities } from './contract.ts';
import { readMessages, type Say } from '../../texts/messages.ts';

const ROWS = 10;

type Planned = Parameters<HomepageActivities['planPublish']>[0];

/** R6: the post on the homepage and the survey's form. */
export function createHomepageActivities(deps: HomepageDependencies): HomepageActivities {
  const { surveys, store, clock } = deps;
  const publishedName = (semester: string) => `post/${semester}`;
  const publishedFrom = (semester: string) => `post-from/${semester}`;

  /**
   * The front matter's date: when this text was first planned, so that a repeated plan has the same digest. An edited
   * text gets a new date, unless the post is already published.
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

  /** The current text of the form; if a person makes the form, the text of the instructions. */
  async function formOf(site: Site, semester: Semester): Promise<PostBinding['form']> {
    const made = await surveys(site).forms?.look(semester.name);
    if (!made) return { id: null, ...(await surveyText(site, semester)) };
    const { id, title, description, questions } = made;
    return { id, title, description, questions };
  }

  async function proposed(
    site: Site,
    binding: PostBinding,
    before: Published | null,
    byHand: boolean,
  ): Promise<Proof<'post'>> {
    const github = openGitHub(site.homepage, deps.githubToken);
    return byHand
      ? await provePublishedByHand(remoteOf(github, binding.branch), binding, clock())
      : await proposePost(github, site.homepage, binding, before, clock);
  }

  async function plan({ semester, calendar, formUrl }: Planned): Promise<PlanRef> {
    const site = await deps.site();
    const date = await postDate(site, semester, await renderPost(site, semester, calendar, formUrl, ''));
    const binding: PostBinding = {
      semester: semester.name,
      title: semester.title,
      path: `_posts/${date.slice(0, 10)}-gpu.md`,
      content: await renderPost(site, semester, calendar, formUrl, date),
      formUrl,
      form: await formOf(site, semester),
      repository: withoutCredentials(site.homepage.repository),
      branch: site.homepage.branch,
      publish: site.homepage.publish,
    };
    const observed: PostObserved = { plannedAt: clock().toISOString(), semester, calendar, formUrl };
    const digest = await store.putPlan({ gate: 'publish', binding, observed });
    const say = await readMessages(site, site.language);
    const lines = binding.content.trimEnd().split('\n');
    return {
      gate: 'publish',
      digest,
      headline: say('publish.headline', { title: semester.title, path: binding.path, homepage: site.homepage.url }),
      counts: { lines: lines.length, servers: site.hosts.length, questions: binding.form.questions.length },
      rows: lines.slice(0, ROWS),
      total: lines.length,
      kept: [],
      warnings: [
        ...postWarnings(binding, site, calendar, clock(), say),
        ...(await linkWarnings(binding, site, say)),
        ...(await specWarnings(site, deps.remote, say)),
      ],
      waivable: [],
      confirm: publishGate.confirm(binding),
      empty: false,
    };
  }

  /** The form is proven by `checkForm`, or is not public before this gate has passed. */
  async function linkWarnings(
    { content, formUrl }: PostBinding,
    { homepage }: Site,
    say: Say,
  ): Promise<readonly string[]> {
    const form = URL.canParse(formUrl) ? new URL(formUrl).href : formUrl;
    const urls = linksOf(content, homepage.url).filter((url) => url !== form);
    const broken = await brokenLinks(urls, deps.open ?? openAddress);
    return broken.map(({ url, why }) => say('publish.brokenLink', { url, why }));
  }

  return {
    formInstructions: formInstructions(deps),
    checkForm: checkForm(deps),
    makeForm: makeForm(deps),
    publishForm: publishForm(deps),
    closeForm: closeForm(deps),
    awaitPage: awaitPage(deps),

    planPublish: plan,

    async planUpdate({ name, semester }) {
      const published = await store.getNamed<Published>(publishedName(name));
      const from = await store.getNamed<PostObserved>(publishedFrom(name));
      if (published === null || from === null)
        throw refuse(
          'ProofMissing',
          `publish: the post of ${name} is not published yet; its semester publishes it first`,
        );
      const { zone } = await deps.site();
      const again = semester === null ? from : { semester, calendar: calendarOf(semester, zone) };
      const ref = await plan({ ...again, formUrl: from.formUrl });
      const { binding } = await store.getPlan(publishGate, ref.digest);
      // The rows show only what changes from the published post.
      const { lines, total } = diffBindings({ post: published.content }, { post: binding.content });
      return { ...ref, rows: lines.slice(0, ROWS), total, empty: published.content === binding.content };
    },

    async awaitMerge({ ref, plan, pullRequest }) {
      const { homepage } = await deps.site();
      const { binding } = await store.getPlan(publishGate, plan);
      const github = openGitHub(homepage, deps.githubToken);
      return ref.byHand
        ? await provePublishedByHand(remoteOf(github, binding.branch), binding, clock())
        : await proveMerged(github, binding, pullRequest, clock);
    },

    async publishPost({ ref, plan }) {
      const site = await deps.site();
      const { binding, observed } = await store.getPlan(publishGate, plan);
      const { path, semester, content } = binding;
      if (
        binding.repository !== withoutCredentials(site.homepage.repository) ||
        binding.branch !== site.homepage.branch ||
        binding.publish !== site.homepage.publish
      )
        throw refuse(
          'PlanVoid',
          'publish: site.yaml names another homepage than the approved plan. Plan again: semester retry …',
        );
      const before = await store.getNamed<Published>(publishedName(semester));
      const proof =
        binding.publish === 'pull-request'
          ? await proposed(site, binding, before, ref.byHand)
          : await withCheckout(site, async (checkout) =>
              ref.byHand
                ? await provePublishedByHand(checkout, binding, clock())
                : await publish(checkout, binding, before, clock),
            );
      const date = dateOfPost(content);
      // The mails of R7 link to the survey form.
      await recordsOf(store, semester).form.put(binding.formUrl);
      await store.putNamed(publishedFrom(semester), observed);
      if (!ref.byHand) await store.putNamed(publishedName(semester), { path, date, content } satisfies Published);
      return proof;
    },
  };
}
