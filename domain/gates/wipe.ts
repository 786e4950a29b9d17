import { z } from 'zod';
import { LEDGER_STATES } from '../ledger.ts';
import { byName, exact, list, maybe, number, planGate, seen, text } from './define.ts';
import { named } from './lines.ts';

/** What is deleted: an object. What is made anew under the same name is another one, and is not approved. */
const wipeEntry = exact({
  /** Percent-encoded bytes. */
  name: text,
  /** Account name, or the uid if it has none. */
  owner: text,
  uid: number,
  /** `inode N`, or `subvolume N`, its id. */
  object: text,
  /** Birth time: Unix seconds with nine digits after the point; `0.000000000` where the file system knows none. */
  born: text,
});

/** An exempt account, with the uids that the hosts know it by. */
const keptAccount = exact({ user: text, uids: list(number) });

const binding = exact({
  semester: text,
  edition: number,
  storage: text,
  home: text,
  homes: list(wipeEntry),
  dockerDirectory: text,
  /** By host. */
  docker: byName(list(wipeEntry)),
  /** Entries of the directories in `layout.alsoWipe`, by host and directory. */
  also: byName(byName(list(wipeEntry))),
  /** How long `docker` and `also` stay in the trash (`wipe.trash` of site.yaml); `off`: deleted at once. */
  trash: text,
  /** Excluded hosts. When one returns, the service deletes all its Docker data except that of exempt accounts. */
  deferred: list(text),
  kept: list(keptAccount),
  /** Exempt accounts that own an entry under another name. Nothing is deleted unless each is waived by name. */
  exemptOwned: list(text),
  /** Owners of homes without a delivered notice. Nothing is deleted unless each is waived by name. */
  unnoticed: list(text),
  /** UUID of the snapshot. */
  backup: text,
  site: text,
});

const seenHome = seen({
  bytes: number,
  files: number,
  /** Time of the newest change below it, Unix seconds. */
  newest: number,
  /** The owner's last login on any host, Unix seconds; null if no host recorded one. */
  lastLogin: number.nullable(),
  /** When a notice reached the owner, UTC; else the state of their newest mail, or null if there was none. */
  notice: seen({ at: maybe, state: z.enum(LEDGER_STATES).nullable() }),
});

const observed = seen({
  at: text,
  homes: byName(seenHome),
  /** Bytes by host and name. */
  docker: byName(byName(number)),
  /** Bytes by host, directory and name. */
  also: byName(byName(byName(number))),
  /** Other entries beside the Docker data on each host, which are not deleted. */
  stays: byName(list(text)),
  freeBytes: number,
  /** Free bytes by GPU host. */
  free: byName(number),
  warnings: list(text),
});

export type WipeEntry = z.infer<typeof wipeEntry>;
export type KeptAccount = z.infer<typeof keptAccount>;
export type WipeBinding = z.infer<typeof binding>;
export type WipeObserved = z.infer<typeof observed>;
export type SeenHome = z.infer<typeof seenHome>;

interface WipeCounts {
  readonly host: string;
  /** How many entries the approved plan has there. */
  readonly approved: number;
  readonly deleted: number;
  /** How many entries are there that the plan does not have: they stay. */
  readonly appeared: number;
}

declare module '../proof.ts' {
  interface ProofFacts {
    'homes-wiped': WipeCounts;
    'docker-wiped': WipeCounts & {
      /** Until when the trash holds it, UTC; null: there is nothing of this plan in the trash. */
      readonly until: string | null;
    };
  }
}

export const wipeGate = planGate({
  name: 'wipe',
  decides: {
    en: 'Which homes and which Docker data are deleted, on which hosts.',
    ko: '어느 홈 디렉터리와 Docker 데이터를 어느 서버에서 지울지 정합니다.',
  },
  phase: 'wipe',
  quorum: 2,
  binding,
  observed,
  confirm: ({ storage, homes }) => `${storage} ${homes.length}`,
  skippable: false,
  rehearsal: 'plan',
  deferred: 'wipe-docker',
  reach: ({ storage, docker, also, deferred }) => ({
    hosts: [...new Set([storage, ...Object.keys(docker), ...Object.keys(also), ...deferred])],
  }),
  inFull: ({ home, homes, dockerDirectory, docker, also, trash }) => [
    ...named(`Deleted below ${home}`, namesOf(homes)),
    ...Object.entries(docker).flatMap(([host, entries]) =>
      named(`${goes(trash)} on ${host} below ${dockerDirectory}`, namesOf(entries)),
    ),
    ...Object.entries(also).flatMap(([host, folders]) =>
      Object.entries(folders).flatMap(([folder, entries]) =>
        named(`${goes(trash)} on ${host} below ${folder}`, namesOf(entries)),
      ),
    ),
  ],
});

/** Names, with the owner where that is not the user of this name. */
const namesOf = (entries: readonly WipeEntry[]) =>
  entries.map(({ name, owner }) => (name === owner ? name : `${name} (${owner})`));
const goes = (trash: string) => (trash === 'off' ? 'Deleted' : `Moved to the trash for ${trash}`);
