import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { StepRef } from '../../domain/step.ts';

/** `activities/homepage/forms.ts`: R6, the survey's form. */
export interface FormActivities {
  /** What gate `form` tells a person: the questions, and how to say where the form is. */
  formInstructions(a: { semester: Semester; workflow: string }): Promise<string>;
  /** Whether the form's address opens. Fails `VerificationFailed`. */
  checkForm(a: { url: string }): Promise<Proof<'form'>>;
  /** Makes the form, unpublished; null where that is a person's work. Facts: `{id, url, open}`. */
  makeForm(a: { ref: StepRef; semester: Semester }): Promise<Proof<'form-made'> | null>;
  /** Opens the form of an approved plan, and looks as a stranger would. `PlanVoid`: it asks something else by now. */
  publishForm(a: { ref: StepRef; plan: string }): Promise<Proof<'form'>>;
  /** When applications have ended, it takes no more answers. */
  closeForm(a: { ref: StepRef; semester: string }): Promise<Proof<'form-closed'>>;
}

/** `activities/homepage/activities.ts`: R6. */
export interface PublishActivities extends FormActivities {
  /** Gate `publish`: the post, byte for byte, its path, and what the form asks. */
  planPublish(a: { semester: Semester; calendar: Calendar; formUrl: string }): Promise<PlanRef>;
  /**
   * The same for a post that is out, from the templates and the site as they are now: rows are what changes, and it is empty
   * where nothing does. `semester`: with other dates than it was published with. Fails `ProofMissing` where none is out.
   */
  planUpdate(a: { name: string; semester: Semester | null }): Promise<PlanRef>;
  /**
   * Clone, write, commit, push; the same post twice is one commit. Facts: `{path, commit}`, and `pullRequest`, an address,
   * where it is only proposed.
   */
  publishPost(a: { ref: StepRef; plan: string }): Promise<Proof<'post'>>;
  /** Whether somebody has merged it. Fails `NothingNew` while nobody has, `VerificationFailed` when nobody will. */
  awaitMerge(a: { ref: StepRef; plan: string; pullRequest: string }): Promise<Proof<'post' | 'merged'>>;
  /**
   * Waits until the public page shows the approved text, `homepage.wait` at most; then fails `VerificationFailed`, saying
   * what is there instead. Facts: `{url}`.
   */
  awaitPage(a: { ref: StepRef; plan: string }): Promise<Proof<'page'>>;
}
