import { z } from 'zod';
import { exact, list, planGate, seen, text } from './define.ts';

const binding = exact({ host: text, reason: text, storage: text, home: text, exportsFile: text });

const observed = seen({
  /** The hosts that the homes are exported to. */
  exported: list(text),
  /** Whether the host accepts a login of the service. */
  answers: z.boolean(),
});

export type ExcludeBinding = z.infer<typeof binding>;
export type ExcludeObserved = z.infer<typeof observed>;

declare module '../proof.ts' {
  interface ProofFacts {
    excluded: { readonly host: string; readonly exported: number };
  }
}

export const excludeGate = planGate({
  name: 'exclude',
  decides: {
    en: 'Which GPU server is excluded and loses access to the homes.',
    ko: '어느 GPU 서버를 제외하고 홈 디렉터리를 내보내지 않을지 정합니다.',
  },
  subject: { en: 'exclusion of a server', ko: '서버 제외' },
  phase: null,
  quorum: 1,
  binding,
  observed,
  confirm: ({ host }) => `exclude ${host}`,
  skippable: false,
  rehearsal: {
    later: 'Not part of a semester: semester host exclude opens this gate when a host is broken for weeks.',
  },
});
