import { many } from '../../../domain/many.ts';
import { refuse, tryAgain } from '../../failures.ts';
import type { Store } from '../../store/store.ts';
import { syncAccounts } from '../access/accounts.ts';
import { promisedRanges } from './docker-ranges.ts';
import { checkUser } from '../remote/quote.ts';
import type { Remote } from '../remote/remote.ts';
import type { HostDependencies } from '../dependencies.ts';
import { jobInWindow } from '../root/window.ts';
import type { DockerActivities } from './contract.ts';

type State = 'granted' | 'missing' | 'unknown' | 'taken';

/**
 * R7: gives the subuid and subgid range that `agreeDockerRanges` settled to each user without one here, in one writable
 * window that is closed in every case. Opens none if no range is missing. Facts: `{host, granted, already, unknown,
 * taken}`. The summary holds names that the host does not know or whose range is taken here; they do not stop the rest.
 * @throws ApplicationFailure `CommandFailed` naming users without a range; `VerificationFailed` if / is left writable, and
 *   (retryable) until `awaitUntil` while the host does not know a user
 */
export function grantDocker({
  site,
  remote,
  clock,
  store,
}: Pick<HostDependencies, 'site' | 'remote' | 'clock'> & {
  store: Pick<Store, 'getNamed'>;
}): DockerActivities['grantDocker'] {
  return async ({ ref, host, users, awaitUntil }) => {
    const found = await site();
    const promised = await promisedRanges(store, found.name);
    const names = [...new Set(users)].map(checkUser);
    // Users without a promised range are only inspected.
    const argsFor = (some: readonly string[]) =>
      some.flatMap((user) => {
        const range = Object.hasOwn(promised, user) ? promised[user] : undefined;
        return [user, String(range?.start ?? 0), String(range?.count ?? 0)];
      });
    const first = await look(remote, host, argsFor(names));
    const learned = first.unknown.length > 0 && !ref.byHand;
    if (learned) await syncAccounts(remote, found, host, first.unknown);
    const before = learned ? await look(remote, host, argsFor(names)) : first;
    const missing = before.missing.filter((user) => Object.hasOwn(promised, user));
    if (missing.length > 0 && !ref.byHand) {
      await jobInWindow(remote, host, ref, { name: 'grant-docker', args: argsFor(missing) });
    }
    const after = missing.length > 0 ? await look(remote, host, argsFor(names)) : before;
    if (after.missing.length > 0) {
      throw refuse(
        'VerificationFailed',
        `${after.missing.join(', ')} still have no subuid or subgid range on ${host}: run add-docker-user there, then retry or done`,
      );
    }
    const granted = after.granted.length - before.granted.length;
    const { unknown, taken } = after;
    if (unknown.length > 0 && !ref.byHand && awaitUntil !== undefined && clock().toISOString() < awaitUntil)
      throw tryAgain(
        'VerificationFailed',
        `${host} does not know ${unknown.join(', ')} yet; the service tries again until ${awaitUntil}`,
      );
    return {
      what: 'docker-granted',
      at: clock().toISOString(),
      summary:
        `${host}: ${many(granted, 'new Docker range')}, ${before.granted.length} there before` +
        (unknown.length > 0 ? `; not known there: ${unknown.join(', ')}` : '') +
        (taken.length > 0 ? `; not granted, because their range is taken there: ${taken.join(', ')}` : ''),
      facts: { host, granted, already: before.granted.length, unknown: unknown.length, taken: taken.length },
      how: ref.byHand ? 'by-hand' : granted === 0 ? 'found' : 'service',
      unknown,
    };
  };
}

async function look(remote: Remote, host: string, args: readonly string[]): Promise<Record<State, readonly string[]>> {
  const text = args.length > 0 ? await remote.run(host, { name: 'look-docker', args }) : '';
  const pairs = text.split('\n').map((line) => line.split(' '));
  const of = (state: State) => pairs.flatMap(([word, user]) => (word === state && user ? [user] : []));
  return { granted: of('granted'), missing: of('missing'), unknown: of('unknown'), taken: of('taken') };
}
