import type { MailDependencies } from './dependencies.ts';
import type { Reminded } from '../../domain/asked.ts';
import { formatInstant } from '../../domain/calendar.ts';
import { gateOf } from '../../domain/gates/index.ts';
import { inReadersTime } from '../../domain/moments.ts';
import type { Language } from '../../domain/names.ts';
import type { Site } from '../../domain/site.ts';
import { readMessages } from '../../texts/messages.ts';
import { readRecorded } from '../../texts/recorded.ts';
import { renderMail } from './render.ts';
import { sendLedgerMail } from './send.ts';
import type { MailActivities, RenderedMail } from './contract.ts';

/** Mails the approvers about a gate, a parked step, a reminder, a report or a rejected message. */
export function notifyApprovers(
  dependencies: Pick<MailDependencies, 'site' | 'store' | 'transport'>,
): MailActivities['notifyApprovers'] {
  return async ({ workflow, semester, key, kind, about, headline, lines, commands, ...asked }) => {
    const site = await dependencies.site();
    const sharedIn = async (language: Language) => {
      const recorded = await readRecorded(language);
      const timed = (text: string) => inReadersTime(recorded(text), { zone: site.zone, language, namesZone: false });
      return {
        workflow,
        semester,
        about,
        headline: timed(headline.replace(/\s+/g, ' ')),
        // The proposal of the next semester is a file.
        lines: lines.flatMap((line) => (kind === 'next-semester' ? line : timed(line)).split(/\r?\n/)),
        commands,
        changed: (asked.changed ?? []).map(timed),
        more: asked.more ?? 0,
        kept: (asked.kept ?? []).map(timed),
        ended: asked.ended ? { ...asked.ended, why: timed(asked.ended.why) } : null,
        rejected: asked.rejected ? { comment: '', ...asked.rejected } : null,
      };
    };
    const mails = site.approvers.map(({ name, email, language }) => ({
      // Two workflows of one semester may use the same key; each sends its own mail.
      key: { semester, kind: `approver:${workflow}:${key}`, edition: 0, person: name },
      to: { name, address: email },
      render: async () => {
        const shared = await sharedIn(language);
        try {
          const subject = kind === 'gate' ? await subjectOf(site, about, language) : null;
          const questions = (asked.questions ?? []).map((one) => questionData(site, language, one));
          return await renderMail(site.templates, kind, language, {
            ...shared,
            subject,
            questions,
            approver: { name },
          });
        } catch (error) {
          return plainMail(kind, shared, error);
        }
      },
    }));
    await sendLedgerMail(dependencies, { site, paced: false, demanding: false }, mails);
  };
}

/** A gate or a parked step, as the reminder shows it. */
export const questionData = (site: Pick<Site, 'zone'>, language: Language, { key, since, commands }: Reminded) => ({
  kind: key.slice(0, key.indexOf(':')),
  about: key.slice(key.indexOf(':') + 1),
  since: formatInstant(since, site.zone, language),
  commands,
});

type Notice = Parameters<MailActivities['notifyApprovers']>[0];
type Content = Pick<Notice, 'workflow' | 'semester' | 'about' | 'headline' | 'lines' | 'commands'> & {
  readonly ended: { readonly outcome: string; readonly why: string } | null;
};

/** The same in plain text, without a template: a broken template must not keep an alarm from people. */
function plainMail(
  kind: string,
  { workflow, semester, about, headline, lines, commands, ended }: Content,
  error: unknown,
): RenderedMail {
  const why = error instanceof Error ? error.message : String(error);
  const text = [
    ...(headline === '' ? [] : [headline]),
    ...(ended === null ? [] : [`${ended.outcome} ${ended.why}`.trim()]),
    ...lines,
    '',
    ...commands,
    '',
    workflow,
    `The template of this mail is broken: ${why}`,
    'Correct it. See: semester check',
  ];
  return { subject: `[${semester}] ${kind}: ${about}`, text: `${text.join('\n')}\n`, html: '' };
}

/** What a gate asks about, for the subject of its mail; null where `about` names no gate. */
async function subjectOf(site: Site, about: string, language: Language): Promise<string | null> {
  const gate = gateOf(about);
  if (gate === undefined) return null;
  const say = await readMessages(site, language);
  return say(`gate.subject.${gate.name}`);
}
