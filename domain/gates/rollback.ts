import type { z } from 'zod';
import { exact, list, maybe, planGate, seen, text } from './define.ts';

const going = exact({
  host: text,
  /** Image of the running root and of the old root; null if unknown. */
  from: maybe,
  to: maybe,
});
const staying = seen({ host: text, why: text });

const binding = exact({ reason: text, hosts: list(going) });
/** The hosts that do not revert, and why. */
const observed = seen({ leftOut: list(staying) });

export type GoingBack = z.infer<typeof going>;
export type StayingOut = z.infer<typeof staying>;
export type RollBackBinding = z.infer<typeof binding>;
export type RollBackObserved = z.infer<typeof observed>;

declare module '../proof.ts' {
  interface ProofFacts {
    'rolled-back': { readonly host: string; readonly from: string; readonly bootId: string };
  }
}

export const rollbackGate = planGate({
  name: 'rollback',
  decides: {
    en: 'Which hosts revert to their old root.',
    ko: '어느 서버를 이전에 쓰던 루트로 되돌릴지 정합니다.',
  },
  phase: null,
  quorum: 1,
  binding,
  observed,
  confirm: ({ hosts }) => `rollback ${hosts.length}`,
  skippable: false,
  reach: ({ hosts }) => ({ hosts: hosts.map(({ host }) => host) }),
  rehearsal: {
    later: 'Not part of a semester. `semester rollback` asks at this gate when an image turns out to be bad.',
  },
});
