import { afterEach, expect, test, vi } from 'vitest';
import { startLab } from '../../../lab/lab.ts';
import { aptInstall } from '../../../lab/setup/apt.ts';
import { checkMachine, machinePrerequisites } from '../../../lab/setup/prerequisites.ts';

afterEach(() => void vi.restoreAllMocks());
const asNobody = () => vi.spyOn(process, 'getuid').mockReturnValue(65_534);

test('without root the check tries nothing, and the error holds the remedy', async () => {
  asNobody();
  await expect(checkMachine()).rejects.toMatchObject({
    name: 'SetupError',
    message: expect.stringMatching(/requires root\. Run this as root, for example with sudo\.$/),
  });
});

test('a test that needs a lab fails there, and is not skipped', async () => {
  asNobody();
  await expect(startLab()).rejects.toMatchObject({ name: 'SetupError' });
});

test('on another system the error names the supported one', async () => {
  vi.spyOn(process, 'platform', 'get').mockReturnValue('darwin');
  await expect(checkMachine()).rejects.toThrow(/this is darwin\. Run this on a Linux machine\.$/);
});

test('full machines on another processor: the error names the supported one', async () => {
  vi.spyOn(process, 'arch', 'get').mockReturnValue('arm64');
  await expect(machinePrerequisites()).rejects.toThrow(/this is arm64\. Run this on an x86-64 machine\.$/);
});

test('packages that the user may not install are named with the command', async () => {
  asNobody();
  const missing = { 'no-such-package': 'no-such-command', coreutils: 'true' };
  await expect(aptInstall(missing)).rejects.toThrow(
    'These packages are missing: no-such-package. Install them yourself, then run this again: apt-get install no-such-package (as root)',
  );
});
