import type { Handlers } from '../../domain/handlers.ts';
import { acts, needsNone, plans, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { QuestionDetails } from '../../domain/asked.ts';
import type { Kept } from '../../domain/site.ts';
import type { LedgerState } from '../../domain/ledger.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { StepRef } from '../../domain/step.ts';
import type { Language } from '../../domain/names.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';

export interface RenderedMail {
  readonly subject: string;
  /** The Markdown, as people read it in a terminal. */
  readonly text: string;
  readonly html: string;
}

/** A mail as one person would get it. */
export interface MailPreview extends RenderedMail {
  /** `notice`, `accepted`, … */
  readonly mail: string;
  readonly language: Language;
  /** Where it would go; null where no address is known. */
  readonly to: string | null;
  /** Whether the ID server's database, or site.yaml for approvers, knows this person. */
  readonly known: boolean;
}

/** One line of the ledger for people. */
export interface MailLine {
  readonly person: string;
  readonly kind: string;
  readonly edition: number;
  readonly state: LedgerState | 'planned';
  /** What the SMTP server said, or why not. */
  readonly answer: string | null;
  /** UTC; null for what is planned. */
  readonly at: string | null;
}

export interface MailPage {
  readonly pages: number;
  readonly lines: readonly MailLine[];
}

/** R1: mails to users, and mails to the approvers. */
export type MailActivities = Handlers<{
  /** Gate `notice`: exact recipients (members but the kept) and the rendered mails, of the notice and of the deadline mail. */
  planNotices(a: {
    semester: Semester;
    calendar: Calendar;
    /** Rises when a date changed after a notice went out. */
    edition: number;
    /** The date that people were told before, when this corrects it. */
    corrects?: string;
    keep: readonly Kept[];
    /** Digest of a `measureUsage` document. */
    usage: string;
    /** Which notice comes next: who has got it already, with whatever text, is told apart. */
    index?: number;
  }): Promise<PlanRef>;
  /**
   * Sends the notice of an approved plan, `index` of `semester.notices`. R1.1. Nobody is mailed twice.
   * A cancellation is honoured between two mails. `waived`: who has no address and was let pass by name.
   * Facts: `{sent, already, unknown, bounced, refused, noAddress}`.
   */
  sendNotices(a: { ref: StepRef; plan: string; index: number; waived?: readonly string[] }): Promise<Proof<'notices'>>;
  /** R1.2: the deadline mail of the approved plan's text, to who is a member at this moment (or was, and got a notice). */
  sendDeadlineMails(a: { ref: StepRef; plan: string; keep: readonly Kept[] }): Promise<Proof<'deadline-mails'>>;
  /** One page (at most 256 KB of JSON) of the ledger of a semester, without mails to approvers; `plan`: also who is planned. */
  listMails(a: { semester: string; plan?: string; page: number }): Promise<MailPage>;
  /** Records that the mails to an account or address came back: they count as not sent. Facts: `{user, mails}`. */
  recordBounce(a: { semester: string; plan: string | null; who: string; by: string }): Promise<Proof<'bounce'>>;
  /**
   * Sends one person a notice again that may not have arrived (unknown, bounced, refused, no address), on somebody's word.
   * Fails `ProofMissing` when it is on record as sent. Facts: as `sendNotices`.
   */
  resendNotice(a: { plan: string; index: number; user: string; by: string }): Promise<Proof<'notice-resent'>>;
  /** Mails every approver in their language. `key` makes it once: `gate:wipe:1:reminder-2`. */
  notifyApprovers(
    a: QuestionDetails & {
      workflow: string;
      semester: string;
      key: string;
      kind: 'gate' | 'attention' | 'reminder' | 'report' | 'refused' | 'next-semester';
      /** Gate or step. */
      about: string;
      /** Empty where the mail's own sentence says it all. */
      headline: string;
      lines: readonly string[];
      commands: readonly string[];
    },
  ): Promise<void>;
  /** Tells each owner where their data is. Facts: `{sent, already, unknown, refused, noAddress}`. */
  mailRestored(a: { ref: StepRef; plan: string; name: string }): Promise<Proof<'restored-mails'>>;
  /** Mails every member once an image: which hosts reboot, from when on, in which hours. Facts: as `sendNotices`. */
  announceUpdate(a: {
    ref: StepRef;
    image: string;
    hosts: readonly string[];
    opens: string;
  }): Promise<Proof<'update-mails'>>;
  /**
   * Renders `templates/mail/LANGUAGE/MAIL.md` for somebody; `language` null: theirs. Sizes and the like are examples.
   * Fails `ConfigInvalid` naming the mails that there are, or file and line of a template that cannot be rendered.
   */
  previewMail(a: { mail: string; user: string; language: Language | null; semester: Semester }): Promise<MailPreview>;
}>;

/** By what right each of them acts. */
export const mailAuthority = {
  planNotices: plans('notice'),
  sendNotices: acts('notice'),
  sendDeadlineMails: acts('notice'),
  listMails: reads,
  recordBounce: reads,
  resendNotice: acts('notice'),
  notifyApprovers: needsNone('mails the approvers alone'),
  mailRestored: acts('restore'),
  announceUpdate: acts('rollout'),
  previewMail: reads,
} as const satisfies AuthorityOf<MailActivities>;
