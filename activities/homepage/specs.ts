import type { Site } from '../../domain/site.ts';
import { specDifferences, type Specs } from '../../domain/specs.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { isFailure } from '../failures.ts';
import type { Say } from '../../texts/messages.ts';

const LOOK_MS = 20_000;

/**
 * Differences between the servers in site.yaml, which the post lists, and what the hosts report; and hosts that did not
 * answer. One line each, for the gate.
 */
export async function specWarnings(site: Site, remote: Pick<Remote, 'run'>, say: Say): Promise<readonly string[]> {
  const looked = await Promise.all(
    site.hosts.map(async (host) => {
      try {
        const text = await remote.run(host.name, { name: 'specs', args: [] }, { deadlineMs: LOOK_MS });
        return specDifferences(host, parseSpecs(text)).map((one) => say('publish.specs', { host: host.name, ...one }));
      } catch (error) {
        return [
          isFailure(error, 'Unreachable')
            ? say('publish.silent', { host: host.name })
            : say('publish.unseen', { host: host.name, why: String((error as Error).message).slice(0, 200) }),
        ];
      }
    }),
  );
  return looked.flat();
}

/** Parses the output of `specs.sh`. */
export function parseSpecs(text: string): Specs {
  const values = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value.trim());
  return {
    gpus: values('gpu'),
    memoryKiB: Number(values('memory')[0] ?? 0),
    cores: Number(values('cores')[0] ?? 0),
    cpu: values('cpu')[0] ?? '',
  };
}
