import { refuse } from '../failures.ts';
import type { HostActivities } from '../types.ts';
import { checkUser } from './quote.ts';
import type { Remote } from './remote.ts';
import type { UpdateDeps } from './update-deps.ts';
import { jobInWindow } from './window.ts';

type State = 'granted' | 'missing' | 'unknown';

/**
 * R7: a subuid and a subgid range for each user who has none, in one writable window that is closed whatever happens.
 * Where nothing is missing, nothing is opened. Facts: `{host, granted, already, unknown}`; names that the host does not know
 * are in the summary and do not stop the others.
 * @throws ApplicationFailure `CommandFailed` naming who got no range; `VerificationFailed` when / is left writable.
 */
export function grantDocker({
  site,
  remote,
  clock,
}: Pick<UpdateDeps, 'site' | 'remote' | 'clock'>): HostActivities['grantDocker'] {
  return async ({ ref, host, users }) => {
    await site();
    const names = [...new Set(users)].map(checkUser);
    const before = await look(remote, host, names);
    const missing = before.missing;
    if (missing.length > 0 && !ref.byHand) {
      await jobInWindow(remote, host, ref, { name: 'grant-docker', args: missing });
    }
    const after = missing.length > 0 ? await look(remote, host, names) : before;
    if (after.missing.length > 0) {
      throw refuse(
        'VerificationFailed',
        `no subuid or subgid range on ${host} for ${after.missing.join(', ')}: run add-docker-user there, then retry or done`,
      );
    }
    const granted = after.granted.length - before.granted.length;
    const { unknown } = after;
    return {
      what: 'docker-granted',
      at: clock().toISOString(),
      summary:
        `${host}: ${granted} new Docker ranges, ${before.granted.length} there before` +
        (unknown.length > 0 ? `; not known there: ${unknown.join(', ')}` : ''),
      facts: { host, granted, already: before.granted.length, unknown: unknown.length },
      how: ref.byHand ? 'by-hand' : granted === 0 ? 'found' : 'service',
    };
  };
}

async function look(remote: Remote, host: string, users: readonly string[]): Promise<Record<State, readonly string[]>> {
  const text = users.length > 0 ? await remote.run(host, { name: 'look-docker', args: users }) : '';
  const pairs = text.split('\n').map((line) => line.split(' '));
  const of = (state: State) => pairs.flatMap(([word, user]) => (word === state && user ? [user] : []));
  return { granted: of('granted'), missing: of('missing'), unknown: of('unknown') };
}
