import { describe, expect, it } from 'vitest';
import { gpuTable, idleReport } from '../../client/gpu-table.ts';
import type { Holder } from '../../domain/gpu-holders.ts';

const UTC = { zone: 'UTC', language: 'en', namesZone: false } as const;
const use = {
  host: 'asahi',
  gpu: '0: RTX 3090',
  pid: 42,
  user: 'kim',
  memoryMiB: 1024,
  utilisation: 87,
  since: '2027-03-01T23:59:00Z',
  command: 'python train.py',
  screen: false,
};
const gpu = { index: '0', name: 'RTX 3090', memoryMiB: 24576, usedMiB: 1024, utilisation: 87 };
const cells = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map((line) =>
      line
        .split('│')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe('the table of GPU users', () => {
  it('lists each GPU in the time zone of the site and names an unreachable host', () => {
    const idle = { ...gpu, index: '1', usedMiB: 0, utilisation: null };
    const shown = gpuTable(
      [
        { host: 'asahi', at: '', gpus: [gpu, idle], uses: [use] },
        { host: 'bernini', problem: 'no route to host' },
      ],
      { zone: 'Asia/Seoul', language: 'en', namesZone: false },
    );
    expect(cells(shown).slice(1)).toEqual([
      ['asahi', '0: RTX 3090', '1024 of 24576', '87 %', '', '', '', ''],
      ['', '', '1024', '87 %', '42', 'kim', '2027-03-02 (Tue) 08:59', 'python train.py'],
      ['asahi', '1: RTX 3090', '0 of 24576', '?', '', '(free)', '', ''],
      ['bernini', 'not checked: no route to host'],
    ]);
  });

  it('lets no command line move the cursor', () => {
    const hostile = { ...use, command: 'x\u001b[2Jy' };
    expect(gpuTable([{ host: 'asahi', at: '', gpus: [gpu], uses: [hostile] }], UTC)).not.toContain('\u001b[2J');
  });
});

describe('the list of idle GPU holders', () => {
  const holder: Holder = { ...use, utilisation: 0, idleSince: '2027-03-01T00:00:00Z', idleSamples: 145 };
  const report = (sampled: { at: string; holders: readonly Holder[] } | null) =>
    idleReport(
      {
        every: 'PT10M',
        hosts: [
          { host: 'asahi', sampled },
          { host: 'bernini', sampled: null },
        ],
      },
      { span: 'P1D', leastMs: 24 * 3600_000, reader: UTC },
    );

  it('shows the start, the number of samples and the limits of sampling', () => {
    const { text, idle } = report({ at: '2027-03-02T00:00:00Z', holders: [holder] });
    expect(idle).toMatchObject([{ host: 'asahi', user: 'kim' }]);
    expect(cells(text)[1]).toEqual([
      'asahi',
      '0: RTX 3090',
      '1024',
      '42',
      'kim',
      '2027-03-01 (Mon) 00:00',
      '145',
      'python train.py',
    ]);
    expect(text).toContain(
      'One sample of one second every PT10M; use in between is not seen. Last sample: 2027-03-02 (Tue) 00:00.',
    );
    expect(text).toContain('Not sampled yet: bernini');
  });

  it('is empty before a day has passed', () => {
    expect(report({ at: '2027-03-01T23:50:00Z', holders: [holder] }).text).toMatch(
      /^No process has held a GPU for P1D/,
    );
    expect(report(null).text).toContain('No host has been sampled yet.');
  });
});
