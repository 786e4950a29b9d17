import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { scriptText } from '../../../../activities/hosts/remote/scripts.ts';
import { gpuUsers, parseGpus } from '../../../../activities/hosts/gpu/gpus.ts';

const now = new Date('2027-03-02T00:00:00Z');

const processInfo = ([pid, type, memory = '1024 MiB', name = '/usr/bin/python']: readonly string[]) =>
  `<process_info><gpu_instance_id>N/A</gpu_instance_id><pid>${pid}</pid><type>${type}</type>
<process_name>${name}</process_name><used_memory>${memory}</used_memory></process_info>`;
/** One GPU of the report, as drivers 470 to 580 write it; of a divided one each part has its own memory. */
const gpuXml = (name: string, busy: string, processes: readonly (readonly string[])[], mig = 'N/A') => `
<gpu id="00000000:01:00.0"><product_name>${name}</product_name>
<mig_mode><current_mig>${mig}</current_mig><pending_mig>${mig}</pending_mig></mig_mode>
<mig_devices>${mig === 'Enabled' ? '<mig_device><fb_memory_usage><total>4864 MiB</total><used>3 MiB</used></fb_memory_usage></mig_device>' : 'None'}</mig_devices>
<fb_memory_usage><total>24576 MiB</total><reserved>300 MiB</reserved><used>10 MiB</used><free>24266 MiB</free></fb_memory_usage>
<utilization><gpu_util>${busy}</gpu_util><memory_util>0 %</memory_util></utilization>
<processes>${processes.map(processInfo).join('')}</processes></gpu>`;
const reportOf = (...gpus: readonly string[]) =>
  `<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">\n<nvidia_smi_log>${gpus.join('')}</nvidia_smi_log>\n`;
const owner = (pid: number, uid = 100007, user = 'kim', command = 'python') =>
  `${pid},${uid},${user},1803942000,${command}`;
const answer = (owners: readonly string[], shares: readonly string[], report: string) =>
  `${owners.map((line) => `${line}\n`).join('')}--\n# gpu  pid  type  sm  mem\n${shares.map((line) => `${line}\n`).join('')}--\n${report}`;
const parse = (...parts: Parameters<typeof answer>) => parseGpus('asahi', answer(...parts), now);
/** What is known of the use of one process, 7, on the only GPU. */
const shareOf = (busy: string, shares: readonly string[], mig?: string, others: readonly string[] = []) =>
  parse([owner(7)], shares, reportOf(gpuXml('A100', busy, [['7', 'C'], ...others.map((pid) => [pid, 'C'])], mig)))
    .uses[0]!.utilisation;

it('joins GPUs and processes, also if the driver omits fields', () => {
  const { gpus, uses } = parse(
    [owner(4242, 100007, 'kim', 'python -c import x, y'), '77,524295,524295,1803945540,/usr/bin/x'],
    ['0  -  -  -  -', '1  4242  C  45  3', '1  77  C  -  -'],
    reportOf(
      gpuXml('NVIDIA RTX A6000', '0 %', []),
      gpuXml('Tesla, T4', '45 %', [
        ['4242', 'C'],
        ['77', 'C', 'N/A'],
      ]),
    ),
  );
  expect(gpus).toEqual([
    { index: '0', name: 'NVIDIA RTX A6000', memoryMiB: 24576, usedMiB: 10, utilisation: 0 },
    { index: '1', name: 'Tesla, T4', memoryMiB: 24576, usedMiB: 10, utilisation: 45 },
  ]);
  const both = { host: 'asahi', gpu: '1: Tesla, T4', screen: false };
  const kim = { pid: 4242, user: 'kim', memoryMiB: 1024, utilisation: 45, command: 'python -c import x, y' };
  const range = { pid: 77, user: '524295', memoryMiB: 0, utilisation: 0, command: '/usr/bin/x' };
  expect(uses).toEqual([
    { ...both, ...kim, since: '2027-03-01T23:00:00.000Z' },
    { ...both, ...range, since: '2027-03-01T23:59:00.000Z' },
  ]);
});

it.each([
  ['the driver does not answer by process', '0 %', [], undefined, []],
  ['the driver knows no use', 'N/A', ['0 7 C - -'], undefined, []],
  ['the driver refuses', '[Not Supported]', ['0 7 C - -'], undefined, []],
  ['the GPU fails', 'Unknown Error', ['0 7 C 0 0'], undefined, []],
  ['the report has no number', '', ['0 7 C - -'], undefined, []],
  ['the GPU works, and it is not known for whom', '98 %', ['0 7 C - -', '0 8 C - -'], undefined, ['8']],
  ['the GPU is divided (MIG)', 'N/A', ['0 7 C - -'], 'Enabled', []],
  ['the GPU is divided, though the driver prints numbers', '0 %', ['0 7 C 0 0'], 'Enabled', []],
])('does not report a holder as idle where %s', (_, busy, shares, mig, others) => {
  expect(shareOf(busy, shares, mig, others)).toBeNull();
});

it.each([
  ['nothing happened on the GPU', '0 %', ['0 7 C - -'], [], 0],
  ['another process did what the GPU did', '98 %', ['0 7 C - -', '0 8 C 97 1'], ['8'], 0],
  ['it worked itself', '98 %', ['0 7 C 98 1'], [], 98],
  ['it worked, on a GPU of unknown use', 'N/A', ['0 7 C 12 1'], [], 12],
])('reports the share of a process: %s', (_, busy, shares, others, expected) => {
  expect(shareOf(busy, shares, undefined, others)).toBe(expected);
});

it('takes the greatest share of a process that holds several GPUs, and an unknown one for unknown', () => {
  const two = reportOf(gpuXml('A', '0 %', [['7', 'C']]), gpuXml('A', '90 %', [['7', 'C']]));
  const shares = (...rows: readonly string[]) =>
    parse([owner(7)], rows, two).uses.map(({ utilisation }) => utilisation);
  expect(shares('0 7 C - -', '1 7 C 90 1')).toEqual([90, 90]);
  expect(shares('0 7 C - -')).toEqual([null, null]);
});

it('shows graphics processes; those of people count, the display server does not', async () => {
  const report = reportOf(
    gpuXml('RTX 3090', '0 %', [
      ['10', 'G'],
      ['11', 'G'],
      ['12', 'C+G'],
      ['13', 'G'],
      ['14', 'C'],
      ['99', 'C'],
    ]),
  );
  const owners = [
    owner(10, 0, 'root', '/usr/lib/Xorg'),
    owner(11, 120, 'gdm', 'gnome-shell'),
    owner(12, 0, 'root', 'blender'),
    owner(13, 100007, 'kim', 'CarlaUE4'),
    owner(14, 0, 'root', 'python'),
  ];
  const text = answer(owners, [], report);
  const { uses } = parseGpus('asahi', text, now);
  expect(uses.map(({ pid, screen }) => [pid, screen])).toEqual([
    [10, true],
    [11, true],
    [12, false],
    [13, false],
    [14, false],
  ]);
  const counted = await gpuUsers({ remote: { run: async () => text }, clock: () => now })({ host: 'asahi' });
  expect(counted.map(({ pid }) => pid)).toEqual([12, 13, 14]);
});

it('does not confuse the memory of a divided GPU with that of its parts, and says that it is divided', () => {
  const { gpus, uses } = parse([owner(7)], [], reportOf(gpuXml('A100', 'N/A', [['7', 'C']], 'Enabled')));
  expect(gpus).toMatchObject([{ name: 'A100 (MIG)', memoryMiB: 24576, usedMiB: 10, utilisation: null }]);
  expect(uses).toMatchObject([{ gpu: '0: A100 (MIG)', utilisation: null }]);
});

it('reads names that users chose', () => {
  const names = ['/tmp/a & b', '/tmp/<x', '/tmp/x\n--\n', '/tmp/\u{d55c}\u{ae00}'];
  const processes = names.map((name, at) => [String(at + 1), 'C', '5 MiB', name]);
  const owners = names.map((_, at) => owner(at + 1));
  const { uses } = parse(owners, [], reportOf(gpuXml('T4', '0 %', processes)));
  expect(uses.map(({ pid }) => pid)).toEqual([1, 2, 3, 4]);
});

it.each(['/tmp/<!--', '</processes>', '<![CDATA['])('a name hides no process of others: %s', (name) => {
  const card = gpuXml('T4', '0 %', [
    ['1', 'C', '5 MiB', name],
    ['2', 'C', '5 MiB', 'python'],
  ]);
  const pids = (owners: readonly string[]) =>
    parse(owners, [], reportOf(card))
      .uses.map(({ pid }) => pid)
      .toSorted((a, b) => a - b);
  expect(pids([owner(1), owner(2)])).toEqual([1, 2]);
  // It has ended since, and the other one goes on.
  expect(pids([owner(2)])).toEqual([2]);
});

it.each([
  ['the error text of a broken driver', 'NVIDIA-SMI has failed'],
  ['an answer without a report', '--\n--\n'],
  ['an older form', '0, GPU-a, T4, 1, 1, 0\n--\n--\n'],
])('reports %s', (_, text) => {
  expect(() => parseGpus('asahi', text, now)).toThrow(`asahi: nvidia-smi answered ${JSON.stringify(text)}`);
});

it('reads the answer of nvidia-smi with its warning (exit status 14), and fails on an error', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'nvidia-'));
  const report = path.join(folder, 'report');
  // Process 1 exists; the other one has ended.
  await writeFile(
    report,
    reportOf(
      gpuXml('RTX 3090', '5 %', [
        ['1', 'C'],
        ['4194305', 'C'],
      ]),
    ),
  );
  const answerWith = async (status: number) => {
    const program = `#!/bin/sh\ncase $1 in -q) cat '${report}' ;; esac\nexit ${status}\n`;
    await writeFile(path.join(folder, 'nvidia-smi'), program, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env['PATH']}` };
    const { stdout } = await execa('bash', ['-c', await scriptText('gpus')], { env });
    const { gpus, uses } = parseGpus('asahi', stdout, new Date());
    return [...gpus.map(({ name }) => name), ...uses.map(({ pid, user }) => `${pid} ${user}`)];
  };
  expect(await answerWith(14)).toEqual(['RTX 3090', '1 root']);
  await expect(answerWith(9)).rejects.toThrow(/exit code 9/);
  // A process that hangs in the driver cannot be made here.
  await writeFile(path.join(folder, 'pgrep'), '#!/bin/sh\necho 4711\n', { mode: 0o755 });
  await expect(answerWith(0)).rejects.toThrow(
    /an earlier nvidia-smi \(pid 4711\) hangs in the driver: reboot this host/,
  );
  await rm(folder, { recursive: true });
});
