import { z } from 'zod';
import { STATE_KINDS, CHANGES } from '../differences.ts';
import { exact, list, maybe, number, planGate, seen, text } from './define.ts';

const binding = exact({
  image: text,
  sha256: text,
  leader: text,
  /** The host that boots into the image first. */
  canary: maybe,
  /** The other hosts, by wave, in the order of their update. */
  waves: list(list(text)),
  packages: list(exact({ name: text, before: maybe, after: maybe, hosts: list(text) })),
  /** Files changed by hand, if no package changes. */
  files: list(text),
  /** State in the hosts' roots that the image removes, replaces or adds. */
  differences: list(exact({ kind: z.enum(STATE_KINDS), name: text, change: z.enum(CHANGES), hosts: list(text) })),
});

const observed = seen({
  /** Size of the image. */
  bytes: number,
  parent: maybe,
  canary: seen({ host: text, healthy: z.boolean(), summary: text }).nullable(),
  /** Hosts that do not answer at the time of the plan. */
  down: list(text),
  /** Hosts that did not answer when the image was compared. */
  silent: list(text),
  /** Hosts that lack the image's parent and get a full image. */
  lacking: list(text),
  /** Total number of differences. */
  different: number,
  /** Unmerged `.pacnew` and `.pacsave` files on the leader. */
  unmerged: list(text),
  /** Packages on the leader that no repository contains, with their versions. */
  foreign: list(text),
});

export type RolloutBinding = z.infer<typeof binding>;
export type RolloutObserved = z.infer<typeof observed>;

export const rolloutGate = planGate({
  name: 'rollout',
  decides: {
    en: 'Which hosts get which image, and in which order.',
    ko: '어느 이미지를 어느 서버에 어떤 순서로 배포할지 정합니다.',
  },
  subject: { en: 'roll-out of the update', ko: '업데이트 배포' },
  phase: 'update',
  quorum: 1,
  binding,
  observed,
  confirm: ({ image, canary, waves }) => `${image} ${waves.flat().length + (canary === null ? 0 : 1)}`,
  skippable: false,
  rehearsal: 'outlook',
});
