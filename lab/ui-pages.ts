import { semesterWorkflowId } from '../domain/names.ts';
import { openBrowser } from './browser.ts';

const WIDTH = 1280;
/** Heights of the list of workflows and of one workflow's page, to fit their contents. */
const HEIGHTS = { list: 330, workflow: 1010 } as const;

/** Columns of the UI's list. The browser stores them; the default has no search attributes. */
const COLUMNS = ['Status', 'Workflow ID', 'SemesterPhase', 'WaitingFor', 'Start'];

/** Address of the UI, and the semester to show. */
export interface ScreenshotOptions {
  /** `http://127.0.0.1:8233` */
  readonly ui: string;
  readonly namespace: string;
  readonly name: string;
  readonly runId: string;
  /** The PNG to write. */
  readonly target: string;
}

/**
 * Takes one screenshot of Temporal's UI: the list with the search attributes, and the semester's page with its current
 * details and the summaries of its activities.
 * @throws SetupError if there is no Chromium; playwright's TimeoutError if the UI does not show the expected texts
 */
export async function takeScreenshot({ ui, namespace, name, runId, target }: ScreenshotOptions): Promise<void> {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage();
    const id = semesterWorkflowId(name);
    const columns = JSON.stringify({ [namespace]: COLUMNS.map((label) => ({ label })) });
    const key = 'namespace-workflow-table-columns';
    await page.addInitScript({ content: `localStorage.setItem('${key}', '${columns}')` });
    const query = encodeURIComponent(`WorkflowType="semester"`);
    await page.setViewportSize({ width: WIDTH, height: HEIGHTS.list });
    await page.goto(`${ui}/namespaces/${namespace}/workflows?query=${query}`);
    await page.getByText('gate:wipe').filter({ visible: true }).first().waitFor();
    const list = await page.screenshot();

    await page.setViewportSize({ width: WIDTH, height: HEIGHTS.workflow });
    await page.goto(`${ui}/namespaces/${namespace}/workflows/${encodeURIComponent(id)}/${runId}/user-metadata`);
    // The UI renders markdown in iframes, with the text in their addresses.
    const details = page.frameLocator('iframe[src*="approve"]');
    await details.getByText(`semester approve ${name} wipe --by YOU`).waitFor();
    const workflow = await page.screenshot();

    await page.setViewportSize({ width: WIDTH, height: HEIGHTS.list + HEIGHTS.workflow + 16 });
    await page.setContent(
      [list, workflow]
        .map(
          (png) =>
            `<img style="display:block;margin-bottom:16px" src="data:image/png;base64,${png.toString('base64')}">`,
        )
        .join('')
        .replace(/^/, '<body style="margin:0;background:#888">'),
    );
    await page.screenshot({ path: target });
  } finally {
    await browser.close();
  }
}
