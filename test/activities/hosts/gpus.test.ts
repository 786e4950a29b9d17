import { expect, it } from 'vitest';
import { parseGpus } from '../../../activities/hosts/gpus.ts';

it('joins GPUs and processes, whatever the driver leaves out', () => {
  const text = `0, GPU-a, NVIDIA RTX A6000, 49140
1, GPU-b, Tesla, T4, 15360
--
kim, GPU-b, 4242, 1024, python, -c, x
100007, GPU-c, 77, [N/A], /usr/bin/x
`;
  expect(parseGpus('asahi', text)).toEqual([
    { host: 'asahi', gpu: '1: Tesla, T4', pid: 4242, user: 'kim', memoryMiB: 1024, command: 'python, -c, x' },
    { host: 'asahi', gpu: 'GPU-c', pid: 77, user: '100007', memoryMiB: 0, command: '/usr/bin/x' },
  ]);
  expect(parseGpus('asahi', '0, GPU-a, T4, 1\n--\n')).toEqual([]);
});

it('says what a driver that does not work answers', () => {
  expect(() => parseGpus('asahi', 'NVIDIA-SMI has failed')).toThrow(
    /asahi: nvidia-smi answered "NVIDIA-SMI has failed"/,
  );
});
