import type { ProofFacts, ProofKind, ProofOf, ProofOrigin } from '../../domain/proof.ts';
import { digestOf } from '../../domain/digest.ts';
import type { Semester } from '../../domain/semester.ts';
import { refuse } from '../failures.ts';
import { surveyText } from '../survey/text.ts';
import type { FormText } from '../survey/types.ts';
import { openForm } from './form.ts';
import type { PublishDeps } from './dependencies.ts';
import { renderForm, type PostBinding } from './post.ts';
import type { FormActivities } from './contract.ts';

/** R6: the survey's form, by a person or at a service. */
export function createFormActivities({ site: read, surveys, store, clock }: PublishDeps): FormActivities {
  const proof = <W extends ProofKind>(
    what: W,
    summary: string,
    facts: ProofFacts[W],
    how: ProofOrigin = 'service',
  ): ProofOf<W> => ({
    what,
    at: clock().toISOString(),
    summary,
    facts,
    how,
  });

  return {
    formInstructions: async ({ semester, workflow }) => await renderForm(await read(), semester, workflow),

    async checkForm({ url }) {
      const status = await openForm(url);
      return proof('form', `the form opens (${status})`, { url, status }, 'by-hand');
    },

    async makeForm({ semester }) {
      const site = await read();
      const { forms } = surveys(site);
      if (forms === undefined) return null;
      if (semester.formUrl !== undefined) throw notBoth(semester);
      const form = await forms.create(semester.name, await surveyText(site, semester));
      if (form.url === '') throw refuse('VerificationFailed', `survey: Google gives no link for the form ${form.id}`);
      const { id, url, open } = form;
      const state = open ? 'and open already' : 'and not published yet';
      return proof('form-made', `the form is made, ${state}`, { id, url, open });
    },

    async publishForm({ ref, plan }) {
      const { binding } = await store.getPlan<PostBinding, unknown>(plan);
      const { forms } = surveys(await read());
      if (forms !== undefined && !ref.byHand) {
        const { semester, form } = binding;
        const there = await forms.look(semester);
        if (there === null || there.id !== form.id || digestOf(textOf(there)) !== digestOf(textOf(form)))
          throw refuse('PlanVoid', 'publish: the form says something else than the approved plan: approve it again');
        await forms.publish(semester);
      }
      const status = await openForm(binding.formUrl);
      return proof(
        'form',
        `the form is open to everybody (${status})`,
        { url: binding.formUrl, status },
        how(forms, ref),
      );
    },

    async closeForm({ ref, semester }) {
      const { forms } = surveys(await read());
      const form = forms && !ref.byHand ? await forms.close(semester) : null;
      if (form === null) return proof('form-closed', 'the form is left to a person', { open: null }, how(forms, ref));
      return proof('form-closed', 'the form takes no more answers', { open: form.open });
    },
  };
}

const how = (forms: object | undefined, { byHand }: { byHand: boolean }): ProofOrigin =>
  forms === undefined || byHand ? 'by-hand' : 'service';

const textOf = ({ title, description, questions }: FormText): FormText => ({ title, description, questions });

const notBoth = ({ name }: Pick<Semester, 'name'>) =>
  refuse(
    'ConfigInvalid',
    `survey: ${name} names a formUrl, and survey.source is google: leave formUrl out, or name survey.formId in site.yaml`,
  );
