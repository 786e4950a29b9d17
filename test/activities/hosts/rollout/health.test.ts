import { expect, test } from 'vitest';
import { wrongKernel } from '../../../../activities/hosts/rollout/health.ts';

test('the host runs a kernel of the image, one of several, or the image has none', () => {
  expect(wrongKernel({ running: '6.12.1-arch1-1', brought: ['6.12.1-arch1-1'] }, '/boot')).toEqual([]);
  expect(wrongKernel({ running: '6.6.9-lts', brought: ['6.12.1-arch1-1', '6.6.9-lts'] }, '')).toEqual([]);
  expect(wrongKernel({ running: '6.1.0-cloud', brought: [] }, '')).toEqual([]);
});

test('a kernel that is not the image’s is named, with the place that it must come from', () => {
  const kernel = { running: '6.11.9-arch1-1', brought: ['6.12.1-arch1-1', '6.6.9-lts'] };
  expect(wrongKernel(kernel, '')).toEqual([
    'it runs the kernel 6.11.9-arch1-1, but the image holds 6.12.1-arch1-1, 6.6.9-lts',
  ]);
  expect(wrongKernel(kernel, '/boot')).toEqual([
    'it runs the kernel 6.11.9-arch1-1, but the image holds 6.12.1-arch1-1, 6.6.9-lts: ' +
      '/boot holds another kernel than the image, or its loader chose another one',
  ]);
});
