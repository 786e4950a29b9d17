import type { z } from 'zod';
import { exact, list, number, planGate, seen, text } from './define.ts';

const home = exact({
  /** Percent-encoded, like `to`. */
  name: text,
  uid: number,
  /** Account name, or the uid if the account has no name. */
  owner: text,
  /** Its name in the target folder: its own, or `NAME.restored-BACKUP` beside an existing home. */
  to: text,
});

const binding = exact({
  storage: text,
  backup: text,
  uuid: text,
  /** The mounted folder, `/csehome`. */
  folder: text,
  homes: list(home),
  site: text,
});

const observed = seen({
  at: text,
  /** Percent-encoded names of existing homes, which are not restored. */
  there: list(text),
  bytes: number,
  freeBytes: number,
});

export type RestoredHome = z.infer<typeof home>;
export type RestoreBinding = z.infer<typeof binding>;
export type RestoreObserved = z.infer<typeof observed>;

declare module '../proof.ts' {
  interface ProofFacts {
    restored: { readonly host: string; readonly snapshot: string; readonly homes: number };
  }
}

export const restoreGate = planGate({
  name: 'restore',
  decides: {
    en: 'Which homes are restored, from which backup and to which folder.',
    ko: '누구의 홈 디렉터리를 어느 백업에서 어디로 되돌릴지 정합니다.',
  },
  phase: null,
  quorum: 1,
  binding,
  observed,
  confirm: ({ storage, homes }) => `${storage} ${homes.length}`,
  skippable: false,
  rehearsal: { later: 'Not part of a semester. `semester restore` asks at this gate when a user needs a restore.' },
});
