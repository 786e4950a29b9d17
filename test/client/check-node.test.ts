import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const script = path.join(import.meta.dirname, '../../client/check-node.ts');

/** Runs the check in a process that claims to be another version of Node. */
const checked = (version: string) => {
  const claim = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`;
  return execa(process.execPath, ['--import', `data:text/javascript,${encodeURIComponent(claim)}`, script], {
    reject: false,
  });
};

test.each(['22.13.0', '24.0.0'])('Node %s runs the program', async (version) => {
  expect(await checked(version)).toMatchObject({ exitCode: 0, stderr: '' });
});

test.each(['20.20.2', '22.12.0'])('Node %s is refused, with the way to a newer one', async (version) => {
  expect(await checked(version)).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/22\.13.*Install Node 24; .*npx and npm run/),
  });
});
