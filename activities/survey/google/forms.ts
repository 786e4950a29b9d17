import type { forms_v1 } from '@googleapis/forms';
import type { SurveyConfig } from '../../../domain/reopen-config.ts';
import { refuse } from '../../failures.ts';
import type { Store } from '../../store/store.ts';
import type { FormKeeper, FormText, MadeForm } from '../types.ts';
import type { GoogleClient } from './client.ts';
import { callGoogle } from './failures.ts';

const FORM = 'application/vnd.google-apps.form';
type Schema = forms_v1.Schema$Form;

/** The id of a semester's form at Google: the one in site.yaml, else the one that the service made. */
export async function formIdOf(config: Pick<SurveyConfig, 'formId'>, store: Pick<Store, 'getNamed'>, semester: string) {
  return config.formId ?? (await store.getNamed<string>(`google-form/${semester}`));
}

/** R6 at Google: one form per semester, unpublished until its gate is approved. See `FormKeeper`. */
export function googleForms(deps: { client: GoogleClient; config: SurveyConfig; store: Store }): FormKeeper {
  const { client, config, store } = deps;
  const get = async (formId: string) =>
    madeForm((await callGoogle('read the form', () => client.forms.forms.get({ formId }))).data);
  const idOf = (semester: string) => formIdOf(config, store, semester);

  async function setOpen(formId: string, open: boolean): Promise<MadeForm> {
    const before = await get(formId);
    if (before.open === open) return before;
    const publishState = { isPublished: true, isAcceptingResponses: open };
    await callGoogle(open ? 'publish the form' : 'close the form', () =>
      client.forms.forms.setPublishSettings({ formId, requestBody: { publishSettings: { publishState } } }),
    );
    const now = await get(formId);
    if (now.open === open) return now;
    throw refuse(
      'VerificationFailed',
      `survey: Google's form ${formId} is ${open ? 'not open' : 'still open'} after it was set`,
    );
  }

  return {
    async reach() {
      if (config.formId !== undefined) {
        const { title, questions, open } = await get(config.formId);
        return { title, questions: questions.length, open };
      }
      const fields = 'user(emailAddress)';
      const { data } = await callGoogle('read who this is', () => client.drive.about.get({ fields }));
      return { account: data.user?.emailAddress ?? null };
    },
    async create(semester, text) {
      let formId = await idOf(semester);
      if (formId === null) {
        formId = await findOrMake(client, documentTitle(semester), text);
        await store.putNamed(`google-form/${semester}`, formId);
      }
      // A form that a person made or edited is not changed.
      if (config.formId === undefined) await fill(client, formId, text);
      await share(client, formId, config.editors);
      return await get(formId);
    },
    async look(semester) {
      const formId = await idOf(semester);
      return formId === null ? null : await get(formId);
    },
    async publish(semester) {
      const formId = await idOf(semester);
      if (formId === null) throw refuse('ProofMissing', `survey: there is no form for ${semester} at Google yet`);
      const form = await setOpen(formId, true);
      await allowPublicAnswers(client, formId);
      return form;
    },
    async close(semester) {
      const formId = await idOf(semester);
      return formId === null ? null : await setOpen(formId, false);
    },
  };
}

/** The name in Drive. By it, the service finds a form again after a crash between creating and recording it. */
const documentTitle = (semester: string) => `gpu-semester ${semester}`;

async function findOrMake({ forms, drive }: GoogleClient, name: string, text: FormText): Promise<string> {
  const q = `name = '${name.replaceAll("'", "\\'")}' and mimeType = '${FORM}' and trashed = false`;
  const found = await callGoogle('look for the form', () =>
    drive.files.list({ q, orderBy: 'createdTime', pageSize: 1, fields: 'files(id)' }),
  );
  const [file] = found.data.files ?? [];
  if (file?.id) return file.id;
  const made = await callGoogle('make the form', () =>
    forms.forms.create({ unpublished: true, requestBody: { info: { title: text.title, documentTitle: name } } }),
  );
  return made.data.formId!;
}

/** Writes description and questions to an empty form. The required revision keeps a retry from adding them twice. */
async function fill({ forms }: GoogleClient, formId: string, text: FormText): Promise<void> {
  const { data } = await callGoogle('read the form', () => forms.forms.get({ formId }));
  if ((data.items ?? []).length > 0) return;
  const items = text.questions.map((question, index) => ({
    createItem: { item: itemOf(question), location: { index } },
  }));
  const info = { info: { description: text.description }, updateMask: 'description' };
  await callGoogle('write the questions', () =>
    forms.forms.batchUpdate({
      formId,
      requestBody: {
        requests: [{ updateFormInfo: info }, ...items],
        ...(data.revisionId && { writeControl: { requiredRevisionId: data.revisionId } }),
      },
    }),
  );
}

const itemOf = ({ title, help, choices }: FormText['questions'][number]): forms_v1.Schema$Item => ({
  title,
  description: help,
  questionItem: {
    question: {
      required: true,
      ...(choices.length === 0
        ? { textQuestion: { paragraph: false } }
        : { choiceQuestion: { type: 'RADIO', options: choices.map((value) => ({ value })) } }),
    },
  },
});

async function permissionsOf({ drive }: GoogleClient, fileId: string) {
  const fields = 'permissions(id,type,role,emailAddress,view)';
  const answer = await callGoogle('read who may see the form', () =>
    drive.permissions.list({ fileId, includePermissionsForView: 'published', fields, supportsAllDrives: true }),
  );
  return answer.data.permissions ?? [];
}

async function share(client: GoogleClient, fileId: string, editors: readonly string[]): Promise<void> {
  if (editors.length === 0) return;
  const there = await permissionsOf(client, fileId);
  const may = new Set(
    there
      .filter(({ role, view }) => view !== 'published' && (role === 'writer' || role === 'owner'))
      .map(({ emailAddress }) => emailAddress?.toLowerCase()),
  );
  for (const emailAddress of editors.filter((editor) => !may.has(editor.toLowerCase())))
    await callGoogle('share the form with its editors', () =>
      client.drive.permissions.create({
        fileId,
        supportsAllDrives: true,
        sendNotificationEmail: false,
        requestBody: { type: 'user', role: 'writer', emailAddress },
      }),
    );
}

/**
 * Publishing opens a form only to the accounts that it is shared with. This shares it with everyone who has the link.
 */
async function allowPublicAnswers(client: GoogleClient, fileId: string): Promise<void> {
  const there = await permissionsOf(client, fileId);
  if (there.some(({ type, view }) => type === 'anyone' && view === 'published')) return;
  await callGoogle('let everybody with the link answer', () =>
    client.drive.permissions.create({
      fileId,
      supportsAllDrives: true,
      requestBody: { type: 'anyone', role: 'reader', view: 'published' },
    }),
  );
}

/** Converts Google's form. Sections and pictures are no questions. A form without publish settings is old, and open. */
function madeForm(form: Schema): MadeForm {
  const state = form.publishSettings?.publishState;
  return {
    id: form.formId ?? '',
    url: form.responderUri ?? '',
    title: form.info?.title ?? '',
    description: form.info?.description ?? '',
    open: state ? state.isPublished === true && state.isAcceptingResponses === true : true,
    questions: (form.items ?? []).flatMap(({ title, description, questionItem }) =>
      questionItem
        ? [
            {
              title: title ?? '',
              help: description ?? '',
              choices: (questionItem.question?.choiceQuestion?.options ?? []).map(({ value }) => value ?? ''),
            },
          ]
        : [],
    ),
  };
}
