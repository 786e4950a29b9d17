import { notifyApprovers } from '../activities/mail/approvers.ts';
import type { MailDependencies } from '../activities/mail/dependencies.ts';
import type { Finding } from '../watch/finding.ts';

/** Findings that stop everything, and that no step can report: a step does not run. */
const ALARMS: ReadonlySet<Finding['check']> = new Set<Finding['check']>(['run', 'acts']);

const DAY_MS = 24 * 60 * 60_000;

/**
 * Mails the approvers about what stops the service: once when it begins, and daily while it lasts. It needs no host and no workflow. So the
 * store must not announce these mails as acts: after a restore from an older copy an alarm may come twice.
 */
export function createTeller(
  dependencies: Pick<MailDependencies, 'site' | 'store' | 'transport' | 'clock'>,
): (findings: readonly Finding[]) => Promise<void> {
  const { clock } = dependencies;
  const notify = notifyApprovers(dependencies);
  /** When each was first found. */
  let known = new Map<string, number>();
  return async (findings) => {
    const now = clock().getTime();
    const alarms = findings.filter(({ check }) => ALARMS.has(check));
    const nameOf = ({ check, about, since }: Finding) => JSON.stringify([check, about, since]);
    known = new Map(alarms.map((finding) => [nameOf(finding), known.get(nameOf(finding)) ?? now]));
    for (const finding of alarms) {
      const { check, about, since, found } = finding;
      const begun = since ?? new Date(known.get(nameOf(finding))!).toISOString();
      const day = Math.floor((now - known.get(nameOf(finding))!) / DAY_MS);
      await notify({
        workflow: about,
        semester: 'gpu-semester',
        key: `alarm:${check}:${begun}:${day}`,
        kind: 'alarm',
        about: check,
        headline: '',
        lines: [found],
        commands: check === 'run' ? [`semester repair ${about}`] : ['semester doctor'],
      });
    }
  };
}
