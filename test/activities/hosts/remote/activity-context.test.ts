import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, onTestFinished, test } from 'vitest';
import { cancellation } from '../../../../activities/hosts/remote/activity-context.ts';

test('an activity runs commands on many hosts at once without a warning of too many listeners', async () => {
  const warnings: string[] = [];
  const listen = ({ name }: Error) => void warnings.push(name);
  process.on('warning', listen);
  onTestFinished(() => void process.off('warning', listen));
  await new MockActivityEnvironment().run(async () => {
    for (let host = 0; host < 20; host++) cancellation()?.addEventListener('abort', () => undefined, { once: true });
  });
  // A warning is emitted on the next tick.
  await new Promise((resolve) => setImmediate(resolve));
  expect(warnings).toEqual([]);
});
