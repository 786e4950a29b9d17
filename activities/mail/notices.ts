import type { Kept, Site } from '../../domain/site.ts';
import { exemptNow } from '../site/exempt.ts';
import { refuse } from '../failures.ts';
import type { Directory, IdServer, Member } from '../id-server/types.ts';
import type { Store } from '../store/store.ts';
import { makeNoticePlan, type NoticeBinding, type NoticeObserved, type UsageDocument } from './plan.ts';
import { mailOf } from './notice-mail.ts';
import { noticePlanRef } from './plan-ref.ts';
import { type LedgerMail, sendLedgerMail } from './send.ts';
import { proofOfMails, recordByHand } from './tally.ts';
import type { MailTransport } from './transport.ts';
import type { MailActivities } from './contract.ts';

export interface MailDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Store;
  readonly transport: MailTransport;
  readonly idServer: IdServer;
  readonly directory: Directory;
  readonly clock: () => Date;
}

type NoticeActivities = Pick<MailActivities, 'planNotices' | 'sendNotices' | 'sendDeadlineMails'>;

/** R1's mails to users: the plan that gate `notice` approves, the notices, and the mail at the deadline. */
export function createNoticeActivities(deps: MailDependencies): NoticeActivities {
  const { store, directory, clock } = deps;

  async function approved(digest: string) {
    const site = await deps.site();
    const plan = await store.getPlan<NoticeBinding, NoticeObserved>(digest);
    if (plan.binding.site !== site.name)
      throw refuse('WrongSite', `this plan is for ${plan.binding.site}, and this worker serves ${site.name}`);
    return { site, ...plan };
  }

  async function send<W extends 'notices' | 'deadline-mails'>(
    what: W,
    site: Site,
    mails: readonly LedgerMail[],
    ref: { byHand: boolean; round: number },
    waived: readonly string[] = [],
  ) {
    const tally = ref.byHand
      ? await recordByHand(store, site, mails)
      : await sendLedgerMail(deps, { site, againRefused: ref.round > 1, waived }, mails);
    return proofOfMails(what, tally, clock(), ref.byHand);
  }

  return {
    async planNotices({ semester, calendar, edition, corrects, keep, usage, index }) {
      const site = await deps.site();
      const kept = exemptNow(site, deps.clock, keep);
      const members = without(kept, await deps.idServer.members());
      const { binding, observed } = await makeNoticePlan({
        site,
        semester: semester.name,
        edition,
        deadline: calendar.deadline,
        corrects: corrects ?? null,
        members,
        usage: await store.getDocument<UsageDocument>(usage),
        directory,
      });
      const told = await toldBefore(store, binding, index);
      const seen = { ...observed, told };
      const digest = await store.putPlan({ gate: 'notice', binding, observed: seen });
      return noticePlanRef(site, digest, binding, seen, kept);
    },

    async sendNotices({ ref, plan, index, waived }) {
      const { site, binding, observed } = await approved(plan);
      const kind = `${binding.corrects === null ? 'notice' : 'correction'}-${index}`;
      const mails = binding.recipients.map((recipient) =>
        mailOf('notice', kind, recipient, binding, observed, observed.people[recipient.user]),
      );
      return send('notices', site, mails, ref, waived);
    },

    async sendDeadlineMails({ ref, plan, keep }) {
      const { site, binding, observed } = await approved(plan);
      const exempt = exemptNow(site, deps.clock, keep);
      const members = without(exempt, await deps.idServer.members()).flatMap(({ username }) => username ?? []);
      const told = (await store.listMail(binding.semester)).filter(
        ({ kind, state }) => /^(notice|correction)-\d+$/.test(kind) && (state === 'sent' || state === 'unknown'),
      );
      const kept = new Set(exempt.map(({ user }) => user));
      const users = new Set([...members, ...told.map(({ person }) => person).filter((user) => !kept.has(user))]);
      const known = await directory.lookup([...users]);
      const mails = [...users].toSorted().map((user) => {
        const person = known.get(user);
        const recipient = { user, address: person?.email ?? null, language: person?.language ?? site.language };
        const usage = observed.people[user] ?? { name: person?.name || user, home: null, docker: {} };
        return mailOf('deadline', 'deadline', recipient, binding, observed, usage);
      });
      return send('deadline-mails', site, mails, ref);
    },
  };
}

/** Who has got this very notice already, after a pause: what is written anew reaches only the others. */
async function toldBefore(
  store: Store,
  { semester, edition, corrects, recipients }: NoticeBinding,
  index: number | undefined,
): Promise<readonly string[]> {
  if (index === undefined) return [];
  const entries = await store.listMail(semester, `${corrects === null ? 'notice' : 'correction'}-${index}`);
  const out = entries.filter((entry) => entry.edition === edition && GONE_OUT.has(entry.state));
  const told = new Set(out.map(({ person }) => person));
  return recipients.flatMap(({ user }) => (told.has(user) ? [user] : []));
}

const GONE_OUT: ReadonlySet<string> = new Set(['sent', 'unknown']);

function without(keep: readonly Kept[], members: readonly Member[]): readonly Member[] {
  const kept = new Set(keep.map(({ user }) => user));
  return members.filter(({ username }) => username === null || !kept.has(username));
}
