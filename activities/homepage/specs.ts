import type { Site } from '../../domain/site.ts';
import { specDifferences, type Specs } from '../../domain/specs.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { publishTexts } from './texts.ts';
import { isFailure } from '../failures.ts';

const LOOK_MS = 20_000;

/**
 * Where the servers of site.yaml, which the post lists, are not what the hosts say themselves; and which of them did not
 * answer. One line each, for the gate.
 */
export async function specWarnings(site: Site, remote: Pick<Remote, 'run'>): Promise<readonly string[]> {
  const texts = publishTexts(site.language);
  const looked = await Promise.all(
    site.hosts.map(async (host) => {
      try {
        const text = await remote.run(host.name, { name: 'specs', args: [] }, { deadlineMs: LOOK_MS });
        return specDifferences(host, parseSpecs(text)).map((one) => texts.specs(host.name, one));
      } catch (error) {
        const unreachable = isFailure(error, 'Unreachable');
        return [unreachable ? texts.silent(host.name) : texts.unseen(host.name, String((error as Error).message))];
      }
    }),
  );
  return looked.flat();
}

/** What `scripts/specs.sh` prints. */
function parseSpecs(text: string): Specs {
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value.trim());
  return {
    gpus: values('gpu'),
    memoryKiB: Number(values('memory')[0] ?? 0),
    cores: Number(values('cores')[0] ?? 0),
    cpu: values('cpu')[0] ?? '',
  };
}
