import type { Handlers } from '../../domain/handlers.ts';
import { acts, needsNone, plans, reads, type AuthorityOf } from '../../domain/authority.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { StepRef } from '../../domain/step.ts';

/** R6: the post on the homepage and the survey's form. */
export type HomepageActivities = Handlers<{
  /** Instructions at gate `form`: the questions, and the command that reports the form's address. */
  formInstructions(a: { semester: Semester; workflow: string }): Promise<string>;
  /** Proves that the form's address opens. Fails with `VerificationFailed`. */
  checkForm(a: { url: string }): Promise<Proof<'form'>>;
  /** Makes the form, unpublished; null if a person makes it. Facts: `{id, url, open}`. */
  makeForm(a: { ref: StepRef; semester: Semester }): Promise<Proof<'form-made'> | null>;
  /**
   * Publishes the form of an approved plan and opens it without a login. Fails with `PlanVoid` if its text has changed.
   */
  publishForm(a: { ref: StepRef; plan: string }): Promise<Proof<'form'>>;
  /** Stops answers to the form when applications have ended. */
  closeForm(a: { ref: StepRef; semester: string }): Promise<Proof<'form-closed'>>;
  /** Gate `publish`: the post, byte for byte, its path, and what the form asks. */
  planPublish(a: { semester: Semester; calendar: Calendar; formUrl: string }): Promise<PlanRef>;
  /**
   * The same for a published post, from the current templates and site. Rows show what changes; the plan is empty if
   * nothing does. `semester` replaces the published dates. Fails with `ProofMissing` if no post is published.
   */
  planUpdate(a: { name: string; semester: Semester | null }): Promise<PlanRef>;
  /**
   * Clones, writes, commits and pushes; the same post twice is one commit. Facts: `{path, commit}`, and `pullRequest`,
   * an address, if the post is only proposed.
   */
  publishPost(a: { ref: StepRef; plan: string }): Promise<Proof<'post'>>;
  /**
   * Proves that the pull request is merged. Fails with `NothingNew` while it is open, `VerificationFailed` if it is
   * closed.
   */
  awaitMerge(a: { ref: StepRef; plan: string; pullRequest: string }): Promise<Proof<'post' | 'merged'>>;
  /**
   * Waits until the public page shows the approved text, at most `homepage.wait`; then fails with `VerificationFailed`
   * and what the page lacks. Facts: `{url}`.
   */
  awaitPage(a: { ref: StepRef; plan: string }): Promise<Proof<'page'>>;
}>;

/** The authority of each activity. */
export const homepageAuthority = {
  formInstructions: reads,
  checkForm: reads,
  makeForm: needsNone('the form stays unpublished until gate publish'),
  publishForm: acts('publish', { again: 'applications that begin again open the approved form again' }),
  closeForm: needsNone('applications end at the announced time; answers are kept'),
  planPublish: plans('publish'),
  planUpdate: plans('publish'),
  publishPost: acts('publish'),
  awaitMerge: reads,
  awaitPage: reads,
} as const satisfies AuthorityOf<HomepageActivities>;
