import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseDocument } from 'yaml';
import { semesterWorkflowId } from '../domain/names.ts';
import { createEnding } from './demo/ending.ts';
import { createFollower } from './demo/follow.ts';
import { answerGate } from './demo/approve.ts';
import { NAME, writeSemesterFile } from './demo/semester-file.ts';
import { setStage, type Stage } from './demo/stage.ts';
import { say } from './demo/ui.ts';
import { labPrerequisites } from './setup/prerequisites.ts';
import { shoot } from './ui-pages.ts';

const TARGET = path.join(import.meta.dirname, '..', 'docs', 'ui.png');
const LOOK_MS = 500;

/** The README is in English, and so is what it shows; the worker reads site.yaml anew at each step. */
async function speakEnglish(siteFile: string): Promise<void> {
  const site = parseDocument(await readFile(siteFile, 'utf8'));
  site.set('language', 'en');
  await writeFile(siteFile, site.toString());
}

/** Runs a semester like the demo's up to the wipe gate, and leaves it there. @throws Error when a step parks before */
async function waitAtWipe(stage: Stage): Promise<void> {
  const file = path.join(stage.dir, 'semester.yaml');
  await writeSemesterFile(file, false);
  const { code, text } = await stage.semester.quietly('start', '--semester', file, '--by', 'alice');
  if (code !== 0) throw new Error(`the semester did not start: ${text}`);
  const follower = createFollower(stage.client, semesterWorkflowId(NAME));
  const answered = new Set<string>();
  for (;;) {
    const { open, parked } = await follower.look();
    const [stuck] = parked;
    if (stuck) throw new Error(`step ${stuck.step} cannot go on by itself: ${stuck.reason}`);
    if (open.some(({ gate }) => gate === 'wipe')) return;
    for (const gate of open) {
      const key = `${gate.gate} ${gate.round}`;
      if (!answered.has(key)) await answerGate(stage, gate, false);
      answered.add(key);
    }
    await sleep(LOOK_MS);
  }
}

/** `npm run screenshot`: a real semester that waits at the wipe gate, as Temporal's UI shows it, into docs/ui.png. */
async function main(): Promise<void> {
  await labPrerequisites(say);
  const ending = createEnding();
  try {
    const stage = await setStage(ending);
    await speakEnglish(stage.lab.siteFile);
    await waitAtWipe(stage);
    const { client, temporal } = stage;
    const { runId } = await client.workflow.getHandle(semesterWorkflowId(NAME)).describe();
    const { namespace } = temporal;
    await shoot({ ui: String(temporal.uiUrl), namespace, name: NAME, runId, target: TARGET });
    say(`Wrote ${TARGET}`);
  } finally {
    await ending.end();
  }
}

await main();
process.exit();
