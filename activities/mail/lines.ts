import { noticeGate } from '../../domain/gates/notice.ts';
import { pagesOf } from '../store/pages.ts';
import type { Store } from '../store/store.ts';
import type { MailLine, MailPage } from './contract.ts';

/** Prefix of mails to approvers. They concern no person's data; their keys name workflows, not notices. */
const TO_APPROVERS = 'approver:';

/** One page of a semester's ledger. See `MailActivities.listMails`. */
export async function ledgerPage(
  store: Pick<Store, 'listMail' | 'getPlan'>,
  { semester, plan, page }: { semester: string; plan?: string | undefined; page: number },
): Promise<MailPage> {
  const entries = (await store.listMail(semester)).filter(({ kind }) => !kind.startsWith(TO_APPROVERS));
  const lines: MailLine[] = entries.map(({ person, kind, edition, state, answer, at }) => ({
    person,
    kind,
    edition,
    state,
    answer,
    at,
  }));
  if (plan !== undefined) {
    const { binding } = await store.getPlan(noticeGate, plan);
    const kind = binding.corrects === null ? 'notice' : 'correction';
    const told = new Set(
      lines.filter((line) => line.edition === binding.edition && line.kind.startsWith(kind)).map((line) => line.person),
    );
    for (const { user } of binding.recipients)
      if (!told.has(user))
        lines.push({ person: user, kind, edition: binding.edition, state: 'planned', answer: null, at: null });
  }
  const pages = pagesOf(lines);
  return { pages: pages.length, lines: pages[page] ?? [] };
}
