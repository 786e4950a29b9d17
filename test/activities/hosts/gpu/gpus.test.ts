import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { scriptText } from '../../../../activities/hosts/remote/scripts.ts';
import { parseGpus } from '../../../../activities/hosts/gpu/gpus.ts';

const now = new Date('2027-03-02T00:00:00Z');

it('joins GPUs and processes, also if the driver omits fields', () => {
  const text = `0, GPU-a, NVIDIA RTX A6000, 49140, 0, 0
1, GPU-b, Tesla, T4, 15360, 1024, [N/A]
--
kim, 1803942000, GPU-b, 4242, 1024, python -c import x, y
100007, 1803945540, GPU-c, 77, [N/A], /usr/bin/x
--
# gpu         pid   type     sm    mem    enc    dec    command
# Idx           #    C/G      %      %      %      %    name
    0          -     -      -      -      -      -    -
    1       4242     C     45      3      -      -    python
    2       4242     C     98      3      -      -    python
    2         77     C      -      -      -      -    x
`;
  const { gpus, uses } = parseGpus('asahi', text, now);
  expect(gpus).toEqual([
    { index: '0', name: 'NVIDIA RTX A6000', memoryMiB: 49140, usedMiB: 0, utilisation: 0 },
    { index: '1', name: 'Tesla, T4', memoryMiB: 15360, usedMiB: 1024, utilisation: null },
  ]);
  const host = 'asahi';
  expect(uses).toEqual([
    {
      host,
      gpu: '1: Tesla, T4',
      pid: 4242,
      user: 'kim',
      memoryMiB: 1024,
      utilisation: 98,
      since: '2027-03-01T23:00:00.000Z',
      command: 'python -c import x, y',
    },
    {
      host,
      gpu: 'GPU-c',
      pid: 77,
      user: '100007',
      memoryMiB: 0,
      utilisation: 0,
      since: '2027-03-01T23:59:00.000Z',
      command: '/usr/bin/x',
    },
  ]);
});

it('does not report unknown use as idle', () => {
  const { uses } = parseGpus('asahi', '0, GPU-a, T4, 1, 1, 0\n--\nkim, 1803942000, GPU-a, 7, 1, x\n--\n', now);
  expect(uses).toMatchObject([{ utilisation: null }]);
});

it('reports the error text of a broken driver', () => {
  expect(() => parseGpus('asahi', 'NVIDIA-SMI has failed', now)).toThrow(
    /asahi: nvidia-smi answered "NVIDIA-SMI has failed"/,
  );
});

it('reads the answer of nvidia-smi with its warning (exit status 14), and fails on an error', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'nvidia-'));
  const answerWith = async (status: number) => {
    const program = `#!/bin/sh\ncase $1 in --query-gpu*) echo "0, GPU-1, RTX 3090, 24576, 10, 5" ;; esac\nexit ${status}\n`;
    await writeFile(path.join(folder, 'nvidia-smi'), program, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    const { stdout } = await execa('bash', ['-c', await scriptText('gpus')], { env });
    return parseGpus('asahi', stdout, new Date()).gpus.map(({ name }) => name);
  };
  expect(await answerWith(14)).toEqual(['RTX 3090']);
  await expect(answerWith(9)).rejects.toThrow(/exit code 9/);
  // A process that hangs in the driver cannot be made here.
  await writeFile(path.join(folder, 'pgrep'), '#!/bin/sh\necho 4711\n', { mode: 0o755 });
  await expect(answerWith(0)).rejects.toThrow(
    /an earlier nvidia-smi \(pid 4711\) hangs in the driver: reboot this host/,
  );
  await rm(folder, { recursive: true });
});
