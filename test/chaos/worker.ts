import path from 'node:path';
import { NativeConnection, type ActivityInboundCallsInterceptor } from '@temporalio/worker';
import type { Context } from '@temporalio/activity';
import type * as Create from '../../worker/create.ts';
import type * as Runtime from '../../worker/runtime.ts';
import type * as Secrets from '../../worker/secrets.ts';
import type { Boundary, Heard, Told } from './killable.ts';

// From the build: loading the sources takes twice the processor time, and each kill needs another worker.
const built = (name: string): Promise<unknown> => import(path.join(import.meta.dirname, '../../dist/worker', name));
const { createWorker } = (await built('create.js')) as typeof Create;
const { createLog, installRuntime } = (await built('runtime.js')) as typeof Runtime;
const { loadSecrets } = (await built('secrets.js')) as typeof Secrets;

/** A worker as in production, but that it tells its parent of each boundary of an activity and goes on when it may. */
const waiting = new Map<number, () => void>();
const mayWork = new Promise<void>((resolve) => {
  process.on('message', (told: Told) => {
    if ('work' in told) return resolve();
    waiting.get(told.go)?.();
    waiting.delete(told.go);
  });
});
const tell = (message: Heard) => process.send?.(message);

let last = 0;
async function boundary(said: Omit<Boundary, 'id'>): Promise<void> {
  const id = ++last;
  const may = new Promise<void>((resolve) => waiting.set(id, resolve));
  tell({ boundary: { ...said, id } });
  await may;
}

function watched({ info }: Context): { inbound: ActivityInboundCallsInterceptor } {
  return {
    inbound: {
      async execute(input, next) {
        const [argument] = input.args as { host?: string; leader?: string; name?: string }[];
        const about = argument?.host ?? argument?.leader ?? argument?.name ?? '';
        const said = {
          activity: `${info.activityType} ${about}`.trim(),
          activityId: `${info.workflowExecution?.workflowId}/${info.activityId}`,
        };
        await boundary({ ...said, at: 'before' });
        const result: unknown = await next(input);
        await boundary({ ...said, at: 'after' });
        return result;
      },
    },
  };
}

const [address = '', siteFile = '', codePath = ''] = process.argv.slice(2);
installRuntime(createLog('fatal'));
await mayWork;
const connection = await NativeConnection.connect({ address });
const { worker } = await createWorker({
  connection,
  namespace: 'default',
  siteFile,
  secrets: await loadSecrets(),
  store: 'embedded',
  bundle: { codePath },
  otherwise: {
    stickyQueueScheduleToStartTimeout: '1s',
    interceptors: { activity: [watched] },
  },
});
tell({ ready: true });
await worker.run();
