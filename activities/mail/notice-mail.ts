import type { NoticeRecipient, NoticeBinding, NoticeObserved } from '../../domain/gates/notice.ts';
import { personData, type PersonUsage } from './data.ts';
import type { LedgerMail } from './ledger.ts';
import type { NoticeKind } from './plan.ts';
import { renderTemplate } from './render.ts';

/** One person's mail, from the template in the plan, so that the approved text is sent. */
export function mailOf(
  template: NoticeKind,
  kind: string,
  { user, address, language }: NoticeRecipient,
  { semester, edition, sources, data }: NoticeBinding,
  { unmeasured }: NoticeObserved,
  usage: PersonUsage = { name: user, home: null, docker: {} },
): LedgerMail {
  return {
    key: { semester, kind, edition, person: user },
    to: address === null ? null : { name: usage.name, address },
    render: () =>
      renderTemplate(sources[template][language], {
        ...data[language],
        person: personData(user, usage, unmeasured),
      }),
  };
}
