import type { z } from 'zod';
import { byName, exact, list, number, planGate, seen, text } from './define.ts';

const entry = exact({
  host: text,
  /** `layout.docker`, or a folder of `layout.alsoWipe`. */
  directory: text,
  /** Percent-encoded. */
  name: text,
  owner: text,
  /** Its name in the trash. */
  id: text,
  /** What it is, as in the plan of the wipe. */
  object: text,
  born: text,
});

const binding = exact({ user: text, entries: list(entry) });

const observed = seen({
  at: text,
  /** Until when each entry is in the trash, Unix seconds by id. */
  until: byName(number),
  /** Paths whose name is in use again: they stay in the trash. */
  taken: list(text),
  /** Hosts that did not answer. */
  silent: list(text),
});

export type TrashedData = z.infer<typeof entry>;
export type RestoreDockerBinding = z.infer<typeof binding>;
export type RestoreDockerObserved = z.infer<typeof observed>;

declare module '../proof.ts' {
  interface ProofFacts {
    'docker-restored': { readonly hosts: number; readonly directories: number };
  }
}

export const restoreDockerGate = planGate({
  name: 'restore-docker',
  decides: {
    en: "Which of a user's Docker data is moved back from the trash, on which hosts.",
    ko: '누구의 Docker 데이터를 어느 서버의 휴지통에서 되돌릴지 정합니다.',
  },
  phase: null,
  quorum: 1,
  binding,
  observed,
  confirm: ({ user, entries }) => `${user} ${entries.length}`,
  skippable: false,
  rehearsal: {
    later: 'Not part of a semester. `semester restore --docker` asks at this gate when a user needs Docker data back.',
  },
});
