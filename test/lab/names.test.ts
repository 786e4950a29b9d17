import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { LABS } from '../../lab/keeper.ts';

const TAKE = `const { takeName } = await import('./lab/standing.ts');
  await takeName(process.argv[1]);
  process.stdout.write('taken');
  process.stdin.resume();
  process.stdin.on('end', () => process.exit(0));`;

/** A process that takes the name, and what it says: `taken`, or why not. */
function taker(name: string) {
  const child = execa(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', TAKE, name], {
    reject: false,
  });
  const said = Promise.race([
    new Promise<string>((resolve) => child.stdout?.once('data', (data: Buffer) => resolve(data.toString()))),
    child.then(({ stderr }) => stderr),
  ]);
  return { said, end: () => (child.stdin?.end(), child) };
}

test('of labs that start at the same moment, one gets the name; it is free when that one has ended', async () => {
  const name = `test-${randomUUID().slice(0, 8)}`;
  try {
    const both = [taker(name), taker(name), taker(name)];
    const said = await Promise.all(both.map((one) => one.said));
    expect(said.filter((text) => text === 'taken')).toHaveLength(1);
    expect(
      said.filter((text) => text.includes(`a lab ${name} runs already, or another process starts it`)),
    ).toHaveLength(2);
    await Promise.all(both.map((one) => one.end()));
    const next = taker(name);
    expect(await next.said).toBe('taken');
    await next.end();
  } finally {
    await rm(path.join(LABS, `${name}.name`), { force: true });
  }
});
