import type { Handlers } from '../../domain/handlers.ts';
import { acts, needsNone, plans, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { QuestionDetails } from '../../domain/asked.ts';
import type { Exemption } from '../../domain/site.ts';
import type { LedgerState } from '../../domain/ledger.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { StepRef } from '../../domain/step.ts';
import type { Language } from '../../domain/names.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';

export interface RenderedMail {
  readonly subject: string;
  /** The rendered Markdown. */
  readonly text: string;
  /** Empty: the mail is plain text only. */
  readonly html: string;
}

/** A mail as one person would receive it. */
export interface MailPreview extends RenderedMail {
  /** `notice`, `accepted`, … */
  readonly mail: string;
  readonly language: Language;
  /** The address; null if none is known. */
  readonly to: string | null;
  /** Whether the person is in the ID server's database, or an approver in site.yaml. */
  readonly known: boolean;
  /** Texts of the mail that are examples and not this person's: sizes, which are measured when a notice is planned, and the backup. */
  readonly examples: readonly string[];
}

/** One line of the ledger, as `semester mails` shows it. */
export interface MailLine {
  readonly person: string;
  readonly kind: string;
  readonly edition: number;
  readonly state: LedgerState | 'planned';
  /** The answer of the SMTP server, or why there is none. */
  readonly answer: string | null;
  /** UTC; null for a planned mail. */
  readonly at: string | null;
}

export interface MailPage {
  readonly pages: number;
  readonly lines: readonly MailLine[];
}

/** R1: mails to users, and mails to the approvers. */
export type MailActivities = Handlers<{
  /** Gate `notice`: the exact recipients (members except exempt ones), and the rendered notice and deadline mails. */
  planNotices(a: {
    semester: Semester;
    calendar: Calendar;
    /** Rises when a date changes after a notice was sent. */
    edition: number;
    /** The deadline that this notice corrects. */
    corrects?: string;
    keep: readonly Exemption[];
    /** Digest of a `measureUsage` document. */
    usage: string;
    /** Index of the next notice. The plan lists recipients who already received it, even with another text. */
    index?: number;
  }): Promise<PlanRef>;
  /**
   * R1.1. Sends the notice of an approved plan, `index` of `semester.notices`. No person is mailed twice. A
   * cancellation takes effect between two mails. `waived`: accounts without an address that were waived by name. Facts:
   * `{sent, already, unknown, bounced, refused, noAddress}`.
   */
  sendNotices(a: { ref: StepRef; plan: string; index: number; waived?: readonly string[] }): Promise<Proof<'notices'>>;
  /**
   * R1.2. Sends the deadline mail of the approved plan to all current members, and to former ones who received a
   * notice.
   */
  sendDeadlineMails(a: { ref: StepRef; plan: string; keep: readonly Exemption[] }): Promise<Proof<'deadline-mails'>>;
  /**
   * One page (at most 256 KB of JSON) of a semester's ledger, without mails to approvers; with `plan` also planned
   * mails.
   */
  listMails(a: { semester: string; plan?: string; page: number }): Promise<MailPage>;
  /** Records that the mails to an account or address bounced: they count as not sent. Facts: `{user, mails}`. */
  recordBounce(a: { semester: string; plan: string | null; who: string; by: string }): Promise<Proof<'bounce'>>;
  /**
   * Resends a notice to one person at an approver's request, if it may not have arrived (unknown, bounced, refused, no
   * address). Fails with `ProofMissing` if it is recorded as sent. Facts: as `sendNotices`.
   */
  resendNotice(a: { plan: string; index: number; user: string; by: string }): Promise<Proof<'notice-resent'>>;
  /** Mails every approver in their language, once per `key`: `gate:wipe:1:reminder-2`. */
  notifyApprovers(
    a: QuestionDetails & {
      workflow: string;
      semester: string;
      key: string;
      kind: 'gate' | 'attention' | 'reminder' | 'report' | 'refused' | 'next-semester' | 'not-ready' | 'alarm';
      /** Gate or step. */
      about: string;
      /** Empty if the template's own sentence is enough. */
      headline: string;
      lines: readonly string[];
      commands: readonly string[];
    },
  ): Promise<void>;
  /** Mails each owner the path of their restored data. Facts: `{sent, already, unknown, refused, noAddress}`. */
  mailRestored(a: { ref: StepRef; plan: string; name: string }): Promise<Proof<'restored-mails'>>;
  /** Mails the user on which hosts their Docker data is again. Facts: as `mailRestored`. */
  mailRestoredDocker(a: { ref: StepRef; plan: string; name: string }): Promise<Proof<'restored-mails'>>;
  /** Mails every member once per image: which hosts reboot, from when on, in which hours. Facts: as `sendNotices`. */
  announceUpdate(a: {
    ref: StepRef;
    image: string;
    hosts: readonly string[];
    opens: string;
  }): Promise<Proof<'update-mails'>>;
  /**
   * Renders `templates/mail/LANGUAGE/MAIL.md` for a person; `language` null: their own. Sizes are examples. Fails with
   * `ConfigInvalid` and the names of all mails, or file and line of a template that cannot be rendered.
   */
  previewMail(a: { mail: string; user: string; language: Language | null; semester: Semester }): Promise<MailPreview>;
}>;

/** The authority of each activity. */
export const mailAuthority = {
  planNotices: plans('notice'),
  sendNotices: acts('notice', {
    again: 'the approval of the first notice covers the later ones; the ledger sends each mail once',
  }),
  sendDeadlineMails: acts('notice'),
  listMails: reads,
  recordBounce: reads,
  resendNotice: acts('notice', { again: 'each person may ask for the notice' }),
  notifyApprovers: needsNone('mails approvers only'),
  mailRestored: acts('restore'),
  mailRestoredDocker: acts('restore-docker'),
  announceUpdate: acts('rollout'),
  previewMail: reads,
} as const satisfies AuthorityOf<MailActivities>;
