import { isIP } from 'node:net';
import type { PostBinding } from '../../domain/gates/publish.ts';
import { formatDay } from '../../domain/days.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { GpuHost, Site } from '../../domain/site.ts';
import { renderLiquid } from '../../texts/liquid.ts';
import { readTemplate } from '../../texts/template-file.ts';
import { plainText } from '../../domain/survey-rules.ts';
import { withoutQuery } from '../survey/download.ts';
import { surveyText } from '../survey/text.ts';
import type { Say } from '../../texts/messages.ts';

/** Servers grouped by hardware, for lists: `{gpu, gpuCount, cpu, memory, names, addresses}`; `addresses` are full host names. */
export function serverKinds(hosts: readonly GpuHost[]) {
  const kinds = new Map<string, readonly GpuHost[]>();
  for (const host of hosts) {
    const kind = [host.gpu, host.gpuCount, host.cpu, host.memory].join('\n');
    kinds.set(kind, [...(kinds.get(kind) ?? []), host]);
  }
  return [...kinds.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { gpu, gpuCount, cpu, memory } = first;
    return [{ gpu, gpuCount, cpu, memory, names: same.map(({ name }) => name), addresses: same.map(fullName) }];
  });
}

/** What people type after `ssh`; an IP address says less than the name. */
const fullName = ({ name, address }: GpuHost) => (isIP(address) === 0 ? address : name);

/** Renders `templates/post.LANGUAGE.md` in the language of the site. `date` is the date of the front matter. */
export async function renderPost(
  site: Site,
  semester: Semester,
  calendar: Calendar,
  formUrl: string,
  date: string,
): Promise<string> {
  const day = (instant: string) => formatDay(instant, site.zone, site.language);
  return await renderPage(site, `post.${site.language}.md`, {
    title: semester.title,
    date,
    servers: serverKinds(site.hosts),
    period: { from: day(calendar.periodFrom), until: day(calendar.periodUntil) },
    applicationsUntil: day(calendar.applicationsUntil),
    formUrl,
    joinUrl: site.idServer.joinUrl,
    agreement: site.documents.agreement,
    docker: site.layout.docker,
    contact: site.contact,
  });
}

/**
 * Renders the instructions of gate `form`: the survey's questions with the site's titles, and the command to continue.
 */
export async function renderForm(site: Site, semester: Semester, workflow: string): Promise<string> {
  const survey = await surveyText(site, semester);
  return await renderPage(site, `form.${site.language}.md`, {
    workflow,
    survey: { ...survey, lines: survey.description.split('\n') },
    csv: withoutQuery(site.survey.csv ?? ''),
  });
}

async function renderPage(site: Site, name: string, data: Readonly<Record<string, unknown>>): Promise<string> {
  const { file, text } = await readTemplate(site.templates, name);
  return renderLiquid(file, text, 0, data);
}

/** Warnings that an approver reads before the post is public. */
export function postWarnings(
  binding: PostBinding,
  site: Site,
  calendar: Calendar,
  now: Date,
  say: Say,
): readonly string[] {
  const links = { survey: binding.formUrl, group: site.idServer.joinUrl, agreement: site.documents.agreement };
  const missing = (['survey', 'group', 'agreement'] as const)
    .filter((what) => links[what] === '' || !binding.content.includes(links[what]))
    .map((what) => say(`publish.noLink.${what}`));
  return [
    ...missing,
    ...(/^https:/i.test(binding.formUrl) ? [] : [say('publish.notHttps', { url: binding.formUrl })]),
    // Jekyll renders Liquid in every post again.
    ...(/\{[{%]/.test(binding.content) ? [say('publish.liquid')] : []),
    ...missingQuestions(binding, site).map((title) => say('publish.noQuestion', { title })),
    ...(Date.parse(calendar.periodUntil) <= now.getTime() ? [say('publish.periodOver')] : []),
    ...(Date.parse(calendar.applicationsUntil) <= now.getTime() ? [say('publish.applicationsOver')] : []),
  ];
}

/** Titles that R7 needs and the form lacks. Without them, R7 cannot read the answers. */
function missingQuestions({ form }: Pick<PostBinding, 'form'>, { survey, applications }: Site): readonly string[] {
  const asked = new Set(form.questions.map(({ title }) => plainText(title)));
  const looked = [...Object.values(survey.columns), ...applications.rules.map(({ column }) => column)];
  return looked.filter((title) => !asked.has(plainText(title)));
}
