import { z } from 'zod';
import { STATE_KINDS, CHANGES } from '../differences.ts';
import { exact, list, maybe, number, planGate, seen, text } from './define.ts';

const binding = exact({
  image: text,
  sha256: text,
  leader: text,
  /** The host that runs it already, to see how it does. */
  canary: maybe,
  /** The others, by wave, in the order in which they are updated. */
  waves: list(list(text)),
  packages: list(exact({ name: text, before: maybe, after: maybe, hosts: list(text) })),
  /** Files changed by hand, where no package changes. */
  files: list(text),
  /** What lives in the roots of the hosts, and is lost, replaced or brought. */
  differences: list(exact({ kind: z.enum(STATE_KINDS), name: text, change: z.enum(CHANGES), hosts: list(text) })),
});

const observed = seen({
  /** Size of the image. */
  bytes: number,
  parent: maybe,
  canary: seen({ host: text, healthy: z.boolean(), summary: text }).nullable(),
  /** Hosts that do not answer now. */
  down: list(text),
  /** Hosts that did not answer when the image was compared. */
  silent: list(text),
  /** Hosts that lack the image's parent, and get a full one. */
  lacking: list(text),
  /** How many differences there are in all. */
  different: number,
  /** On the leader: `.pacnew` and `.pacsave` files that nobody has merged. */
  unmerged: list(text),
  /** On the leader: packages that no repository has, with their versions. */
  foreign: list(text),
});

export type RolloutBinding = z.infer<typeof binding>;
export type RolloutObserved = z.infer<typeof observed>;

export const rolloutGate = planGate({
  name: 'rollout',
  decides: {
    en: 'Which image goes to which hosts, in which order.',
    ko: '어느 이미지를 어느 서버에 어떤 순서로 배포할지 정합니다.',
  },
  phase: 'update',
  quorum: 1,
  binding,
  observed,
  confirm: ({ image, canary, waves }) => `${image} ${waves.flat().length + (canary === null ? 0 : 1)}`,
  skippable: false,
  rehearsal: 'outlook',
});
