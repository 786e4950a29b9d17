import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Liquid } from 'liquidjs';
import { refuse } from '../failures.ts';
import type { UpdateActivities } from '../types.ts';
import type { UpdateDeps } from './update-deps.ts';

/**
 * R2, after a reinstall: subvolumes, read-only root, default, fstab, homes, Docker scripts, sudo and the account (by coming in).
 * @throws ApplicationFailure `VerificationFailed` naming every problem with its remedy at once.
 */
export function checkLayout({
  site,
  remote,
  clock,
}: Pick<UpdateDeps, 'site' | 'remote' | 'clock'>): UpdateActivities['checkLayout'] {
  return async ({ host }) => {
    const { layout } = await site();
    const args = [layout.toplevel, layout.snapshots, layout.home, layout.docker];
    const text = await remote.run(host, { name: 'check-layout', args });
    const problems = text.split('\n').flatMap((line) => (line.startsWith('problem: ') ? [line.slice(9)] : []));
    if (problems.length > 0) {
      throw refuse(
        'VerificationFailed',
        `${host} is not laid out as it should be:\n${problems.map((p) => `- ${p}`).join('\n')}`,
      );
    }
    return {
      what: 'layout',
      at: clock().toISOString(),
      summary: `${host} is laid out as it should be`,
      facts: { host },
      how: 'service',
    };
  };
}

/**
 * What gate `reinstall` tells a person to do, in their language or the site's: `templates/reinstall.{ko,en}.md`.
 * @throws ApplicationFailure `ConfigInvalid` when the template cannot be read or rendered.
 */
export function reinstallInstructions({ site }: UpdateDeps): UpdateActivities['reinstallInstructions'] {
  const liquid = new Liquid({ strictVariables: true });
  return async ({ host, language }) => {
    const config = await site();
    const file = join(config.templates, `reinstall.${language ?? config.language}.md`);
    const { layout, documents, ssh } = config;
    const values = {
      host,
      layout,
      account: ssh.user,
      document: documents.reinstall ?? null,
      knownHosts: ssh.knownHosts,
    };
    try {
      return String(await liquid.parseAndRender(await readFile(file, 'utf8'), values));
    } catch (error) {
      throw refuse('ConfigInvalid', `${file} cannot be read as a template: mend it, then retry`, error);
    }
  };
}
