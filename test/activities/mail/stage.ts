import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Store } from '../../../activities/store/store.ts';
import { temporaryStore } from '../../support/store.ts';
import { startSmtp, type TestSmtp } from './smtp.ts';

interface MailStage {
  readonly store: Store;
  /** A test may replace it by another one, which the stage then stops. */
  smtp: TestSmtp;
}

/** One store for all tests of the file, and a mail server for each. */
export function mailStage(): MailStage {
  const stage: { store?: Store; smtp?: TestSmtp } = {};
  beforeAll(async () => {
    stage.store = await temporaryStore();
  }, 60_000);
  afterAll(() => stage.store?.close());
  beforeEach(async () => {
    stage.smtp = await startSmtp();
  });
  afterEach(() => stage.smtp?.stop());
  return stage as MailStage;
}
