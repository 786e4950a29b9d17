import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import { semesterWorkflowId } from '../domain/names.ts';
import { createEnding } from './demo/ending.ts';
import { createWatcher } from './demo/follow.ts';
import { answerGate } from './demo/approve.ts';
import { NAME, writeSemesterFile } from './demo/semester-file.ts';
import { startStage, type Stage } from './demo/stage.ts';
import { say } from './demo/ui.ts';
import { terminalSvg } from './terminal-svg.ts';
import { labPrerequisites } from './setup/prerequisites.ts';
import { takeScreenshot } from './ui-pages.ts';

const DOCS = path.join(import.meta.dirname, '..', 'docs');
const TARGET = path.join(DOCS, 'ui.png');
const GATE = path.join(DOCS, 'gate.svg');
const POLL_MS = 500;

/** Sets the site's language to English, for the README. The worker reads site.yaml again at each step. */
async function setEnglish(siteFile: string): Promise<void> {
  const site = parseDocument(await readFile(siteFile, 'utf8'));
  site.set('language', 'en');
  await writeFile(siteFile, site.toString());
}

/** Runs a semester like the demo's until gate `wipe` opens. @throws Error if a step needs attention before */
async function runToWipeGate(stage: Stage): Promise<void> {
  const file = path.join(stage.dir, 'semester.yaml');
  await writeSemesterFile(file, 'busy');
  const { code, text } = await stage.semester.run('start', '--semester', file, '--by', 'alice');
  if (code !== 0) throw new Error(`the semester did not start: ${text}`);
  const watcher = createWatcher(stage.client, semesterWorkflowId(NAME));
  const answered = new Set<string>();
  for (;;) {
    const { open, parked } = await watcher.poll();
    const [stuck] = parked;
    if (stuck) throw new Error(`step ${stuck.step} needs attention: ${stuck.reason}`);
    if (open.some(({ gate }) => gate === 'wipe')) return;
    for (const gate of open) {
      const key = `${gate.gate} ${gate.round}`;
      if (!answered.has(key)) await answerGate(stage, gate, false);
      answered.add(key);
    }
    await sleep(POLL_MS);
  }
}

/** Writes the open gate as an approver sees it. @throws Error with the output if the command fails */
async function drawGate({ semester }: Stage): Promise<void> {
  const { code, text } = await semester.run('plan', NAME, 'wipe');
  if (code !== 0) throw new Error(`the plan of gate wipe cannot be shown: ${text}`);
  await writeFile(GATE, terminalSvg(`semester plan ${NAME} wipe`, text));
  say(`Wrote ${GATE}`);
}

/** `npm run screenshot`: writes docs/gate.svg and docs/ui.png, a semester that waits at the wipe gate: at the terminal, and in Temporal's UI. */
async function main(): Promise<void> {
  await labPrerequisites(say);
  const ending = createEnding();
  try {
    const stage = await startStage(ending);
    await setEnglish(stage.lab.siteFile);
    await runToWipeGate(stage);
    await drawGate(stage);
    const { client, temporal } = stage;
    const { runId } = await client.workflow.getHandle(semesterWorkflowId(NAME)).describe();
    const { namespace } = temporal;
    await takeScreenshot({ ui: String(temporal.uiUrl), namespace, name: NAME, runId, target: TARGET });
    say(`Wrote ${TARGET}`);
  } finally {
    await ending.end();
  }
}

await main();
process.exit();
