import { many } from '../../domain/many.ts';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SurveyConfig } from '../../domain/reopen-config.ts';
import type { Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { plainText } from '../../domain/survey-rules.ts';
import { refuse } from '../failures.ts';
import { renderLiquid } from '../../texts/liquid.ts';
import { readTemplate } from '../../texts/template-file.ts';
import type { FormText } from './types.ts';

const template = z.strictObject({
  title: z.string().min(1),
  description: z.string(),
  questions: z.array(
    z
      .strictObject({
        column: z.enum(['username', 'studentNumber', 'email', 'docker', 'terms']).optional(),
        /** Title of the site's own question, which applications.rules may check. */
        title: z.string().min(1).optional(),
        help: z.string(),
        choices: z.array(z.string()).default([]),
      })
      .refine(({ column, title }) => (column === undefined) !== (title === undefined), {
        error: 'a question has either a column of survey.columns, or a title of its own',
      }),
  ),
});

/**
 * The text of the survey: `templates/survey.LANGUAGE.yaml`, with the titles of the site.
 * @throws ApplicationFailure `ConfigInvalid` if the file is invalid, or R7 could not read its answers
 */
export async function surveyText(site: Site, { title }: Pick<Semester, 'title'>): Promise<FormText> {
  const name = `survey.${site.language}.yaml`;
  const { file, text: source } = await readTemplate(site.templates, name);
  const wrong = (why: string, error?: unknown) => refuse('ConfigInvalid', `${file}: ${why}`, error);
  const data = { title, joinUrl: site.idServer.joinUrl, agreement: site.documents.agreement, contact: site.contact };
  const rendered = renderLiquid(file, source, 0, data);
  let value: unknown;
  try {
    value = parse(rendered);
  } catch (error) {
    throw wrong(error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'is no YAML', error);
  }
  const parsed = template.safeParse(value);
  if (!parsed.success) throw wrong(z.prettifyError(parsed.error));
  const { questions, ...rest } = parsed.data;
  const { columns, yes } = site.survey;
  for (const key of Object.keys(columns) as (keyof SurveyConfig['columns'])[]) {
    const asked = questions.filter(({ column }) => column === key);
    if (asked.length !== 1) throw wrong(`asks for ${key} ${many(asked.length, 'time')}: it must ask exactly once`);
    const choices = asked[0]!.choices.map(plainText);
    const needsYes = key === 'docker' || key === 'terms';
    if (needsYes && !yes.some((word) => choices.includes(plainText(word))))
      throw wrong(`no choice of ${key} is in survey.yes of site.yaml (${yes.join(', ')})`);
  }
  return {
    ...rest,
    description: rest.description.trim(),
    questions: questions.map(({ column, title = '', help, choices }) => ({
      title: column === undefined ? title : columns[column],
      help,
      choices,
    })),
  };
}
