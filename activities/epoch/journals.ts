import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Site } from '../../domain/site.ts';
import { isFailure } from '../failures.ts';
import { jobsOf } from '../hosts/jobs/jobs.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { lineOf, readLines, type Act } from './acts.ts';

/** A place outside of the store that remembers acts. */
export interface Journal {
  readonly name: string;
  /** Appends an act, on disk before it returns; returns the last one before it, null: none. */
  append(act: Act): Promise<Pick<Act, 'epoch' | 'run'> | null>;
  /** The acts after an epoch, of all runs. */
  after(epoch: number): Promise<readonly Act[]>;
}

const DEADLINE = { deadlineMs: 30_000, once: true } as const;

/** The journal on a host, which survives the loss of the worker's machine. */
export function hostJournal(remote: Pick<Remote, 'run'>, site: Site, host: string): Journal {
  const place = jobsOf(site, host);
  return {
    name: host,
    append: async (act) => {
      const last = await remote.run(host, { name: 'record-act', args: [...place], input: lineOf(act) }, DEADLINE);
      const [epoch = '', run = ''] = last.trim().split(' ');
      return epoch === '' ? null : { epoch: Number(epoch), run };
    },
    after: async (epoch) =>
      readLines(await remote.run(host, { name: 'read-acts', args: [...place, String(epoch)] }, DEADLINE)),
  };
}

/** The journal in the state directory, which survives the loss of the database. */
export function localJournal({ stateDir }: Pick<Site, 'stateDir'>): Journal {
  const file = path.join(stateDir, 'acts');
  const read = async () =>
    readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
  return {
    name: 'stateDir',
    async append(act) {
      await mkdir(stateDir, { recursive: true, mode: 0o700 });
      const before = await read();
      const handle = await open(file, 'a', 0o600);
      try {
        // A line that a full disk or a power cut tore must not swallow the next one.
        await handle.writeFile(before === '' || before.endsWith('\n') ? lineOf(act) : `\n${lineOf(act)}`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      return readLines(before).at(-1) ?? null;
    },
    after: async (epoch) => readLines(await read()).filter((act) => act.epoch > epoch),
  };
}

/** Whether a journal cannot be used now: its host is down, its disk is full, its folder is read-only. */
export const isSilent = (error: unknown): boolean =>
  isFailure(error, 'Unreachable', 'CommandFailed', 'ConfigInvalid') ||
  (error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string');
