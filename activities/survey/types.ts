import type { SurveyAnswer } from '../../domain/applications.ts';

/** What a survey holds: its answers, and a sentence for each row that cannot be used. */
export interface Survey {
  readonly answers: readonly SurveyAnswer[];
  /** `row 7, column "Account": empty`. Names no person. */
  readonly unusable: readonly string[];
}

/** One question; all are required. */
interface FormQuestion {
  readonly title: string;
  readonly help: string;
  /** None: a short answer. */
  readonly choices: readonly string[];
}

/** What a form says: from `templates/survey.LANGUAGE.yaml`, or as it is now in a form that was made. */
export interface FormText {
  readonly title: string;
  readonly description: string;
  readonly questions: readonly FormQuestion[];
}

/** A form at a service that keeps forms. */
export interface MadeForm extends FormText {
  readonly id: string;
  /** Where people answer. */
  readonly url: string;
  /** Whether it opens, and takes answers. */
  readonly open: boolean;
}

/** Where forms are made and answers come from. Who has no `create` leaves the form to a person. */
export interface SurveySource {
  /**
   * All answers of a semester. Of a form that every semester uses (`survey.formId`) those count that were sent, or sent again,
   * after the semester's post was approved. Fails `Unreachable` (tried again), `ConfigInvalid`.
   */
  responses(semester: string): Promise<Survey>;
  readonly forms?: FormKeeper | undefined;
}

/** Forms that the service itself makes, one for each semester, or the one that site.yaml names. Safe to call again. */
export interface FormKeeper {
  /** What the account sees, for people; changes nothing. Fails `ConfigInvalid`, `Unreachable`. */
  reach(): Promise<string>;
  /** Makes the semester's form unpublished, or finds the one that was made, whatever it says by now. */
  create(semester: string, text: FormText): Promise<MadeForm>;
  /** The semester's form as it is now; null where none was made. */
  look(semester: string): Promise<MadeForm | null>;
  /** Opens it to everybody with the link. */
  publish(semester: string): Promise<MadeForm>;
  /** Takes no more answers; those that were given stay. Null where none was made. */
  close(semester: string): Promise<MadeForm | null>;
}
