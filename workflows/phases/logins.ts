import { runStep } from '../operator/steps.ts';
import { quick } from '../policies.ts';
import type { Run } from '../run.ts';

/** The storage host and all GPU hosts: a session on any of them can hold files open. */
export const everyHost = (run: Run): readonly string[] => [run.site.storage, ...run.site.hosts];

/** R6: opens logins before the post announces it. If the step is skipped, each host opens them as a deferred task. */
export async function openLogins(run: Run): Promise<void> {
  const { operator, site } = run;
  const hosts = everyHost(run);
  // Nothing is deleted by a plan that is older than the reopening. A host that was cut off while its wipe ran may still
  // delete: people switch it off, and then skip the step.
  if (run.deferredWipes.size > 0)
    await runStep(operator, { name: 'end-deferred-wipes', phase: 'reopen', skippable: true }, () =>
      quick.endDeferred({ hosts: [...run.deferredWipes].toSorted(), kind: 'wipe-docker' }),
    );
  const opened = await runStep(operator, { name: 'open-logins', phase: 'reopen', skippable: true }, () =>
    quick.openLogins({ hosts }),
  );
  if (opened.status === 'done') run.closed.clear();
  const later = [...(opened.status === 'done' ? [] : hosts), ...site.excluded];
  if (later.length === 0) return;
  await runStep(operator, { name: 'defer-openings', phase: 'reopen' }, () =>
    Promise.all(later.map((host) => quick.deferTask({ host, site: site.name, task: { kind: 'open-logins' } }))),
  );
}

/**
 * On abort: opens logins unless homes may have been wiped. Returns lines that explain how to open hosts that stay
 * closed.
 */
export async function openUnlessWiped(run: Run): Promise<readonly string[]> {
  const hosts = [...run.closed];
  const how = hosts.map((host) => `logins on ${host} are closed; to open them: semester host open ${host}`);
  if (hosts.length === 0) return [];
  run.operator.state.locked = hosts;
  if (run.wiping) return ['homes may have been wiped, so logins stay closed:', ...how];
  const opened = await quick.openLogins({ hosts }).then(
    () => true,
    () => false,
  );
  if (opened) run.operator.state.locked = [];
  return opened ? [] : ['logins could not be opened on all hosts:', ...how];
}
