import path from 'node:path';
import type { Client } from '@temporalio/client';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { workerConverter } from '../codec/data-converter.ts';
import type { PayloadKeys } from '../codec/keys.ts';
import { replayOpenRuns, type OpenReplays } from '../worker/replay.ts';
import { workflowFile } from '../worker/workflow-file.ts';

/** Replays the open runs of a namespace on the workflows of this build, as a worker of it would do at its start. */
export async function replayHere(
  client: Client,
  keys: PayloadKeys | null,
  options: { readonly withinMs: number },
): Promise<OpenReplays> {
  const encryption = keys === null ? 'off' : 'required';
  quiet();
  return await replayOpenRuns(client, {
    ...options,
    workflowBundle: { codePath: workflowFile(path.join(import.meta.dirname, '..'), encryption) },
    dataConverter: workerConverter(encryption, keys),
  });
}

/** The SDK logs each failure of a replay; the report says it better. */
function quiet(): void {
  const filter = makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' });
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging: { filter } } });
  } catch {
    // This process has a runtime, with a log of its own.
  }
}
