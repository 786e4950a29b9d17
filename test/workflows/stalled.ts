import { replayAll } from '../../worker/replay.ts';
import { idOf, readRecording } from '../support/recorded.ts';

/**
 * Replays recordings, and stands still once, as a machine that is suspended: when the second one has computed for a moment.
 * Whoever started it lets it go on by SIGCONT. Prints the results.
 */
const [codePath = '', taskMs, ...files] = process.argv.slice(2);
const COMPUTING_MS = 100;

async function* recordings() {
  for (const file of files) {
    const history = await readRecording(file);
    yield { workflowId: idOf(history), history };
  }
}

function standStill(): void {
  const before = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    if (user + system < COMPUTING_MS * 1000) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGSTOP');
  }, 10);
}

const results = [];
for await (const one of replayAll({ workflowBundle: { codePath }, taskMs: Number(taskMs) }, recordings())) {
  results.push(one);
  if (results.length === 1) standStill();
}
process.stdout.write(JSON.stringify(results));
process.exit();
