import type { SurveyAnswer } from '../../domain/applications.ts';

/** The answers of a survey, and a sentence for each row that cannot be used. */
export interface Survey {
  readonly answers: readonly SurveyAnswer[];
  /** `row 7, column "Account": empty`. Names no person. */
  readonly unusable: readonly string[];
}

/** One question; all are required. */
interface FormQuestion {
  readonly title: string;
  readonly help: string;
  /** Empty: a short text answer. */
  readonly choices: readonly string[];
}

/** The text of a form: from `templates/survey.LANGUAGE.yaml`, or the current text of an existing form. */
export interface FormText {
  readonly title: string;
  readonly description: string;
  readonly questions: readonly FormQuestion[];
}

/** A form at a form service. */
export interface MadeForm extends FormText {
  readonly id: string;
  /** Address at which people answer. */
  readonly url: string;
  /** Whether it is published and accepts answers. */
  readonly open: boolean;
}

/** The source of answers. Without `forms`, a person makes the form. */
export interface SurveySource {
  /**
   * All answers of a semester. In a form that all semesters share (`survey.formId`), only answers sent or edited after
   * the baseline of the semester count. Fails with `Unreachable` (retryable), `ConfigInvalid`.
   */
  responses(semester: string): Promise<Survey>;
  readonly forms?: FormKeeper | undefined;
}

/** Manages the form of a semester: one per semester, or the one that site.yaml names. Safe to call again. */
export interface FormKeeper {
  /** Checks access and returns the form, or before it exists the account; changes nothing. Fails with `ConfigInvalid`, `Unreachable`. */
  reach(): Promise<
    { readonly title: string; readonly questions: number; readonly open: boolean } | { readonly account: string | null }
  >;
  /** Makes the semester's form, unpublished, or finds the existing one, even if its text has changed. */
  create(semester: string, text: FormText): Promise<MadeForm>;
  /** The current form of the semester; null if there is none. */
  look(semester: string): Promise<MadeForm | null>;
  /** Opens it to everyone with the link. */
  publish(semester: string): Promise<MadeForm>;
  /** Stops new answers; existing ones stay. Null if there is no form. */
  close(semester: string): Promise<MadeForm | null>;
}
