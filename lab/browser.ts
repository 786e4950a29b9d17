import { chromium, type Browser } from 'playwright-core';
import { aptInstall, onPath, SetupError } from './setup/apt.ts';

/** Chromium with Korean letters. @throws SetupError when there is none */
export async function openBrowser(): Promise<Browser> {
  await aptInstall({ chromium: 'chromium', 'fonts-nanum': null });
  const executablePath = await onPath('chromium');
  if (executablePath === null) throw new SetupError('There is no chromium on PATH; install it, then run this again.');
  // Root may not use Chromium's sandbox; the only pages that it opens are our own.
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
