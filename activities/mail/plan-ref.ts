import { noticeGate, type NoticeBinding, type NoticeObserved } from '../../domain/gates/notice.ts';
import { formatInstant } from '../../domain/calendar.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Exemption, Site } from '../../domain/site.ts';
import { waivable } from '../../domain/waivers.ts';
import { groupsAbove } from '../id-server/nested.ts';
import { labelOf } from '../id-server/removal-warnings.ts';
import { personData } from './data.ts';
import type { Say } from '../../texts/messages.ts';
import { keptLine } from '../../texts/messages.ts';

const ROWS = 10;

/** The summary of the notice plan, in the site's language. */
export function noticePlanRef(
  site: Site,
  digest: string,
  binding: NoticeBinding,
  { people, unmeasured, homesMeasured, noAddress, told, nameless, implied = [] }: NoticeObserved,
  keep: readonly Exemption[],
  say: Say,
): PlanRef {
  const { recipients, deadline, corrects } = binding;
  const when = (instant: string) => formatInstant(instant, site.zone, site.language);
  const rows = recipients.slice(0, ROWS).map(({ user, language }) => {
    const usage = people[user] ?? { name: user, home: null, docker: {} };
    const { home, docker } = personData(user, usage, unmeasured);
    return say('notice.row', { user, language, home, docker: docker.map((d) => `${d.host} ${d.size}`) });
  });
  return {
    gate: 'notice',
    digest,
    headline:
      corrects === null
        ? say('notice.headline', { people: recipients.length, deadline: when(deadline) })
        : say('notice.corrected', { people: recipients.length, deadline: when(deadline), was: when(corrects) }),
    counts: {
      recipients: recipients.length,
      noAddress: noAddress.length,
      told: told.length,
      implied: implied.length,
      ko: recipients.filter(({ language }) => language === 'ko').length,
      en: recipients.filter(({ language }) => language === 'en').length,
    },
    rows,
    total: recipients.length,
    kept: keep.map((one) => keptLine(say, one)),
    warnings: [
      ...(told.length > 0
        ? [say('notice.alreadyMailed', { people: told, left: recipients.length - told.length })]
        : []),
      ...(implied.length > 0
        ? [
            say('notice.implied', {
              count: implied.length,
              people: implied.map(labelOf),
              via: groupsAbove(implied),
              group: site.idServer.group,
            }),
          ]
        : []),
      ...noAddress.slice(0, ROWS).map((user) => say('notice.noAddress', { user })),
      ...(noAddress.length > ROWS ? [say('notice.noAddressMore', { count: noAddress.length - ROWS })] : []),
      ...nameless.slice(0, ROWS).map((row) => say('notice.nameless', { row })),
      ...(homesMeasured ? [] : [say('notice.noHomes', { host: site.storage.name })]),
      ...(unmeasured.length > 0 ? [say('notice.unmeasured', { hosts: unmeasured })] : []),
    ],
    waivable: waivable(noAddress),
    confirm: noticeGate.confirm(binding),
    empty: recipients.length === 0,
  };
}
