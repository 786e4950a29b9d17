import { z } from 'zod';
import { email, interval, judged, line, localPath, matching, notOption, serviceUrl, webUrl, zone } from './fields.ts';

const branch = judged('a branch, not beginning with -', (value) => {
  if (!notOption('').safeParse(value).success) return 'a branch, not beginning with -';
  return value.startsWith('refs/') ? 'the short name of a branch such as main' : null;
});
const column = (title: string) => line('the title of a question').default(title);

/** `survey` of site.yaml: the source of answers (runbook R6, R7). reopen-rules.ts checks the keys of each source. */
export const surveySchema = z.strictObject({
  source: z.enum(['csv', 'google'], { error: 'csv or google' }).default('csv').meta({
    description: 'google: the service creates, publishes, reads and closes the form; csv: a person creates it',
  }),
  csv: z
    .union([webUrl, localPath], { error: 'a CSV file, or the https address of one' })
    .optional()
    .meta({ description: 'With source csv: a file, or an address that requires SEMESTER_SURVEY_TOKEN' }),
  formId: matching('the id of a form, as in docs.google.com/forms/d/ID/edit', /^[A-Za-z0-9_-]{10,}$/)
    .optional()
    .meta({ description: 'With source google: an existing form; default: a new form for each semester' }),
  editors: z
    .array(email)
    .default([])
    .meta({ description: 'With source google: accounts that may edit the form and read answers' }),
  actAs: email.optional().meta({
    description: 'With source google and SEMESTER_GOOGLE_KEY: the account that the service account impersonates',
  }),
  columns: z
    .strictObject({
      username: column('아이디'),
      studentNumber: column('학번'),
      email: column('이메일'),
      docker: column('Docker 사용'),
      terms: column('약관 동의'),
    })
    .prefault({})
    .meta({ description: 'Titles of the questions in the survey, which are the columns of its CSV' }),
  yes: z
    .array(line('an answer'))
    .min(1, { error: 'at least one answer' })
    .default(['예', '네', '동의합니다', 'yes', 'Yes'])
    .meta({
      description: 'Answers that mean yes in the columns docker and terms',
    }),
});

/** `homepage` of site.yaml: where and how the post is published. */
export const homepageSchema = z.strictObject({
  repository: notOption('a git address or path').meta({
    examples: ['git@github.com:bacchus-snu/bacchus-snu.github.io.git'],
  }),
  branch: branch.default('main'),
  author: z.strictObject({ name: line('a name'), email }),
  url: webUrl.meta({ description: 'Public address of the site' }),
  publish: z
    .enum(['push', 'pull-request'], { error: 'push or pull-request' })
    .default('push')
    .meta({ description: 'pull-request: a person merges it on GitHub; needs SEMESTER_GITHUB_TOKEN' }),
  githubApi: serviceUrl.default('https://api.github.com').meta({
    description: 'With pull-request: address of the REST API; https://HOST/api/v3 for GitHub Enterprise Server',
  }),
  permalink: matching(
    'a path of /, names, :categories, :year, :month, :day and :title, such as /:year/:month/:day/:title.html',
    /^\/(?!.*:(?!categories\b|year\b|month\b|day\b|title\b))[\w:./-]*$/,
  )
    .default('/:year/:month/:day/:title.html')
    .meta({ description: 'Path of a post below url: `permalink` of _config.yml' }),
  zone: zone.default('UTC').meta({
    description: 'Zone of the day in the permalink: `timezone` of _config.yml',
  }),
  wait: interval('PT1M', 'P7D')
    .default('PT30M')
    .meta({ description: 'How long to wait for a published post before the step asks for attention' }),
});
