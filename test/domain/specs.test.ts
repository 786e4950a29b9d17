import { describe, expect, it } from 'vitest';
import { specDifferences, type Specs } from '../../domain/specs.ts';

const host = { gpu: 'RTX 3090', gpuCount: 2, memory: '128 GB', cpu: 'Xeon Silver 4210' };
const specs: Specs = {
  gpus: ['NVIDIA GeForce RTX 3090', 'NVIDIA GeForce RTX 3090'],
  memoryKiB: 131_500_000,
  cores: 40,
  cpu: 'Intel(R) Xeon(R) Silver 4210 CPU @ 2.20GHz',
};
const keys = (said: Partial<typeof host & { cores: number }>, found: Partial<Specs> = {}) =>
  specDifferences({ ...host, ...said }, { ...specs, ...found }).map(({ key }) => key);
const gpus = (name: string) => ({ gpus: [name, name] });

describe('the hardware of a host', () => {
  it('matches under its common names', () => {
    expect(keys({})).toEqual([]);
    expect(keys({ cores: 40 })).toEqual([]);
    expect(keys({ gpu: 'NVIDIA GeForce RTX 3090' })).toEqual([]);
    expect(keys({ gpu: 'A100' }, gpus('NVIDIA A100-SXM4-80GB'))).toEqual([]);
    expect(keys({ gpu: 'A100 80GB' }, gpus('NVIDIA A100 80GB PCIe'))).toEqual([]);
    expect(keys({ gpu: 'RTX A6000' }, gpus('NVIDIA RTX A6000'))).toEqual([]);
    expect(keys({ gpu: 'TITAN RTX' }, gpus('NVIDIA TITAN RTX'))).toEqual([]);
    expect(keys({ memory: '1 TB' }, { memoryKiB: 1_055_000_000 })).toEqual([]);
    expect(keys({ memory: 'plenty' })).toEqual([]);
  });

  it.each([
    ['another card', { gpu: 'RTX 3090' }, gpus('NVIDIA GeForce RTX 3090 Ti'), ['gpu']],
    ['a smaller card', { gpu: 'A100 80GB' }, gpus('NVIDIA A100-PCIE-40GB'), ['gpu']],
    ['a mix of cards', {}, { gpus: ['NVIDIA GeForce RTX 3090', 'NVIDIA GeForce RTX 2080 Ti'] }, ['gpu']],
    ['one card fewer', {}, { gpus: ['NVIDIA GeForce RTX 3090'] }, ['gpuCount']],
    ['no card at all', {}, { gpus: [] }, ['gpu', 'gpuCount']],
    ['half the memory', {}, { memoryKiB: 65_000_000 }, ['memory']],
    ['twice the memory', {}, { memoryKiB: 263_000_000 }, ['memory']],
    ['other cores', { cores: 20 }, {}, ['cores']],
    ['another processor', { cpu: 'Xeon Silver 4110' }, {}, ['cpu']],
  ])('does not match %s', (_, said, found, expected) => {
    expect(keys(said, found)).toEqual(expected);
  });
});
