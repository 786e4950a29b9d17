import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { NODE_FLAGS } from '../../worker/node-flags.ts';

const top = path.join(import.meta.dirname, '../..');

test.each(['Dockerfile', 'docs/semester-worker.service', 'package.json'])(
  '%s starts the worker with the measured limits',
  async (file) => {
    const lines = (await readFile(path.join(top, file), 'utf8')).split('\n');
    const starts = lines.filter((line) =>
      /(ENTRYPOINT|ExecStart=|"worker":).*dist\/worker\/semester-worker\.js/.test(line),
    );
    const flags = starts.map((line) => line.match(/--max-[a-z-]+=\d+/g));
    expect(flags).toEqual([NODE_FLAGS]);
  },
);
