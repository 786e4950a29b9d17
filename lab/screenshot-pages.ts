import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { tryAgain } from '../activities/failures.ts';
import { createPublishActivities } from '../activities/homepage/activities.ts';
import { createPreviewActivities } from '../activities/mail/preview.ts';
import { openStore } from '../activities/store/open.ts';
import { createSurveys } from '../activities/survey/source.ts';
import { loadSemester, loadSite } from '../config/load.ts';
import { calendarOf } from '../domain/calendar.ts';
import { openBrowser } from './browser.ts';
import { createGit } from './services/git.ts';
import { startHomepage } from './services/homepage.ts';

const top = path.join(import.meta.dirname, '..');
const WIDTH = 900;
const FORM = 'https://docs.google.com/forms/d/e/1FAIpQLSe-example/viewform';

/** `npm run screenshot:pages`: the example's post as Jekyll builds it, and a mail, into docs/post.png and docs/mail.png. */
async function main(dir: string): Promise<void> {
  const git = await createGit(dir);
  const homepage = await startHomepage({ dir, bare: git.bare, address: '127.0.0.1' });
  const store = await openStore({ dir: 'memory://' });
  const browser = await openBrowser();
  try {
    const example = await loadSite(path.join(top, 'config/site.example.yaml'));
    const site = {
      ...example,
      homepage: { ...example.homepage, repository: git.url, url: homepage.url },
      stateDir: path.join(dir, 'state'),
    };
    const read = async () => site;
    const semester = await loadSemester(path.join(top, 'config/semester.example.yaml'), {}, { site });
    const clock = () => new Date();
    const nobody = { run: async () => Promise.reject(tryAgain('Unreachable', 'an example has no hosts')) };
    const surveys = createSurveys({ secrets: {}, store, clock });
    const publish = createPublishActivities({ site: read, surveys, store, remote: nobody, clock });
    const calendar = calendarOf(semester, site.zone);
    const { digest: plan } = await publish.planPublish({ semester, calendar, formUrl: FORM });
    const ref = { workflow: 'screenshot', step: 'post', round: 1, byHand: false };
    await publish.publishPost({ ref, plan });
    const { facts } = await publish.awaitPage({ ref, plan });

    const erin = { user: 'erin', uid: 1, name: 'Erin', email: 'erin@example.org', language: 'en' as const };
    const preview = createPreviewActivities({
      site: read,
      store,
      directory: { lookup: async () => new Map([['erin', erin]]) },
    });
    const mail = await preview.previewMail({ mail: 'accepted', user: 'erin', language: null, semester });

    const page = await browser.newPage({ viewport: { width: WIDTH, height: 800 } });
    await page.goto(facts.url);
    await page.screenshot({ path: path.join(top, 'docs/post.png'), fullPage: true });
    await page.setContent(mail.html);
    await page.screenshot({ path: path.join(top, 'docs/mail.png'), fullPage: true });
  } finally {
    await browser.close();
    await store.close();
    await homepage.end();
  }
}

const dir = await mkdtemp(path.join(tmpdir(), 'semester-pages-'));
await chmod(dir, 0o711);
try {
  await main(dir);
  console.log('Wrote docs/post.png and docs/mail.png');
} finally {
  await rm(dir, { recursive: true, force: true });
}
process.exit();
