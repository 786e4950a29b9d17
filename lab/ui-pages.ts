import { semesterWorkflowId } from '../domain/names.ts';
import { openBrowser } from './browser.ts';

const WIDTH = 1280;
/** The list of workflows, then one workflow's page: as high as what they have to say. */
const HEIGHTS = { list: 330, workflow: 1010 } as const;

/** Which columns the UI's list shows is kept in the browser; search attributes are not among the usual ones. */
const COLUMNS = ['Status', 'Workflow ID', 'SemesterPhase', 'WaitingFor', 'Start'];

/** Where the UI is, and which semester to show. */
export interface Shot {
  /** `http://127.0.0.1:8233` */
  readonly ui: string;
  readonly namespace: string;
  readonly name: string;
  readonly runId: string;
  /** The PNG to write. */
  readonly target: string;
}

/**
 * Writes one picture of Temporal's UI: the list with the search attributes, and the semester's page with its current
 * details and the summaries of its activities.
 * @throws SetupError when there is no Chromium; playwright's TimeoutError when the UI does not show what is expected
 */
export async function shoot({ ui, namespace, name, runId, target }: Shot): Promise<void> {
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
    // The UI renders markdown in frames of their own, with the text in their addresses.
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
