import { z } from 'zod';
import { exact, list, number, planGate, seen, text } from './define.ts';

const binding = exact({
  semester: text,
  storage: text,
  folder: text,
  backups: list(exact({ name: text, uuid: text })),
  site: text,
});

const observed = seen({
  at: text,
  all: list(
    seen({
      name: text,
      readOnly: z.boolean(),
      /** Whether the replica holds it completely; null if the site has no replica. */
      replicated: z.boolean().nullable(),
      uuid: text,
      nested: number,
      /** Creation time, Unix seconds. */
      created: number,
      replica: z.enum(['whole', 'partly', 'missing', 'unknown']).nullable(),
    }),
  ),
});

export type PruneBinding = z.infer<typeof binding>;
export type PruneObserved = z.infer<typeof observed>;

declare module '../proof.ts' {
  interface ProofFacts {
    pruned: { readonly host: string; readonly deleted: number; readonly staying: number };
  }
}

export const pruneGate = planGate({
  name: 'prune',
  decides: { en: 'Which old backups are deleted.', ko: '오래된 백업 가운데 무엇을 지울지 정합니다.' },
  phase: 'prune',
  quorum: 1,
  binding,
  observed,
  confirm: ({ storage, backups }) => `${storage} ${backups.length}`,
  skippable: true,
  rehearsal: 'plan',
});
