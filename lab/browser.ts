import { chromium, type Browser } from 'playwright-core';
import { aptInstall, onPath, SetupError } from './setup/apt.ts';

/** Launches Chromium with a Korean font. @throws SetupError if Chromium cannot be installed */
export async function openBrowser(): Promise<Browser> {
  await aptInstall({ chromium: 'chromium', 'fonts-nanum': null });
  const executablePath = await onPath('chromium');
  if (executablePath === null) throw new SetupError('chromium is not on PATH. Install it, then run this again.');
  // Chromium's sandbox does not work as root; this browser opens only our own pages.
  return await chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
