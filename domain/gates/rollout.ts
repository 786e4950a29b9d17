import { z } from 'zod';
import { STATE_KINDS, CHANGES } from '../differences.ts';
import { exact, list, maybe, number, planGate, seen, text } from './define.ts';

const binding = exact({
  image: text,
  sha256: text,
  leader: text,
  /** The host that already runs the image. */
  canary: maybe,
  /** The other followers by wave, in the order of the update. */
  waves: list(list(text)),
  packages: list(exact({ name: text, before: maybe, after: maybe, hosts: list(text) })),
  /** Changed files that belong to no changed package. */
  files: list(text),
  /** State in the roots of the followers that the image loses, replaces or adds. */
  differences: list(exact({ kind: z.enum(STATE_KINDS), name: text, change: z.enum(CHANGES), hosts: list(text) })),
});

const observed = seen({
  /** Size of the image. */
  bytes: number,
  parent: maybe,
  canary: seen({ host: text, healthy: z.boolean(), summary: text }).nullable(),
  /** Hosts that do not answer when the plan is made. */
  down: list(text),
  /** Hosts that did not answer when the image was compared. */
  silent: list(text),
  /** Hosts that lack the image's parent and receive a full image. */
  lacking: list(text),
  /** Total number of differences. */
  different: number,
  /** Unmerged `.pacnew` and `.pacsave` files on the leader. */
  unmerged: list(text),
  /** Packages on the leader that are in no repository, with their versions. */
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
  phase: 'update',
  quorum: 1,
  lastsDays: 120,
  binding,
  observed,
  confirm: ({ image, canary, waves }) => `${image} ${waves.flat().length + (canary === null ? 0 : 1)}`,
  skippable: false,
  rehearsal: 'outlook',
  deferred: 'image',
  reach: ({ image, sha256, canary, waves }) => ({
    hosts: [...(canary === null ? [] : [canary]), ...waves.flat()],
    image: { name: image, sha256 },
  }),
});
