import { skippable, step } from '../desk/steps.ts';
import { quick } from '../policies.ts';
import type { Run } from '../run.ts';

/** Storage and GPU hosts: a session on any of them can hold files open. */
export const everyHost = (run: Run): readonly string[] => [run.site.storage, ...run.site.hosts];

/** R3: who was taken out of the group could still log in by key. Closed on one host until the reopening. */
export async function closeLogins(run: Run, host: string): Promise<void> {
  const { desk } = run;
  run.logins.set(host, run.logins.get(host) ?? null);
  const proof = await step(desk, `logins-${host}`, (ref) => quick.closeLogins({ ref, host, keep: desk.state.kept }));
  run.logins.set(host, proof);
}

/** Closes logins where they have come open; false when they had anywhere, so that somebody may have been there. */
export async function haveStayedClosed(run: Run): Promise<boolean> {
  const since = [...run.logins].map(([host, proof]) => [host, proof?.facts.since] as const);
  await Promise.all(since.map(([host]) => closeLogins(run, host)));
  return since.every(([host, before]) => run.logins.get(host)?.facts.since === before);
}

/** After hosts were rebooted into a new root: that their own sshd still refuses people. One that is down is passed over. */
export async function proveClosed(run: Run): Promise<void> {
  const { desk } = run;
  const closed = run.site.hosts.filter((host) => run.logins.has(host));
  await Promise.all(
    closed.map(async (host) => {
      const proof = await skippable(desk, `logins-${host}`, (ref) =>
        quick.closeLogins({ ref, host, keep: desk.state.kept }),
      );
      if (proof) run.logins.set(host, proof);
    }),
  );
}

/** R6: people may log in again, before the post tells them so. A host that is passed over is opened when it is back. */
export async function openLogins(run: Run): Promise<void> {
  const { desk, site } = run;
  const later = (host: string) => quick.oweHost({ host, site: site.name, debt: { kind: 'open-logins' } });
  await Promise.all([
    ...everyHost(run).map(async (host) => {
      const proof = await skippable(desk, `open-logins-${host}`, () => quick.openLogins({ host }));
      if (proof) run.logins.delete(host);
      else await later(host);
    }),
    ...site.excluded.map(later),
  ]);
}

/** Abort: opens logins where nothing was wiped. Says of each host that stays closed how to open it. */
export async function openUnlessWiped(run: Run): Promise<readonly string[]> {
  const how = (host: string) => `logins on ${host} are still closed; to open them: semester host open ${host}`;
  const closed = [...run.logins.keys()];
  if (run.wiping) return ['homes may have been wiped, so that logins stay closed:', ...closed.map(how)];
  const opened = await Promise.allSettled(closed.map((host) => quick.openLogins({ host })));
  return closed.flatMap((host, at) => (opened[at]?.status === 'rejected' ? [how(host)] : []));
}
