import type { Language } from '../../domain/names.ts';
import type { Semester } from '../../domain/semester.ts';
import type { RenderedMail } from './render.ts';

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

/** `activities/mail/preview.ts`: looks only. */
export interface PreviewActivities {
  /**
   * Renders `templates/mail/LANGUAGE/MAIL.md` for somebody; `language` null: theirs. Sizes and the like are examples.
   * Fails `ConfigInvalid` naming the mails that there are, or file and line of a template that cannot be rendered.
   */
  previewMail(a: { mail: string; user: string; language: Language | null; semester: Semester }): Promise<MailPreview>;
}
