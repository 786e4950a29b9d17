import { githubRepository } from '../domain/reopen-config.ts';
import type { Site } from '../domain/site.ts';
import type { Draft } from './draft.ts';
import { isLoopback } from './fields.ts';
import type { Violation } from './issues.ts';
import { repeated } from './repeated.ts';

/** Contradictions between the keys of `survey`, and between those of `homepage`, in site.yaml. */
export function reopenViolations({ survey, homepage }: Draft<Site>): readonly Violation[] {
  return [...surveyViolations(survey), ...homepageViolations(homepage)];
}

function surveyViolations(survey: Draft<Site>['survey']): readonly Violation[] {
  if (survey === undefined) return [];
  const { source, csv, formId, editors = [], actAs, columns = {} } = survey;
  const path = (key: string) => ['survey', key];
  const columnsTwice = repeated(
    Object.entries(columns).map(([key, title]) => [['survey', 'columns', key], title]),
    'a title not used before: each column answers one question',
  );
  if (source === 'google') {
    const expected = 'no csv: the answers come from Google';
    const noCsv = { path: path('csv'), expected, remedy: 'leave it out, or set source: csv' };
    return [...columnsTwice, ...(csv === undefined ? [] : [noCsv])];
  }
  const google = Object.entries({ formId, actAs, editors: editors.length > 0 ? editors : undefined });
  return [
    ...columnsTwice,
    ...(csv === undefined
      ? [{ path: path('csv'), expected: 'a CSV file, or the https address of one', remedy: 'or set source: google' }]
      : []),
    ...(csv !== undefined && /^http:/i.test(csv) && URL.canParse(csv) && !isLoopback(new URL(csv).hostname)
      ? [
          {
            path: path('csv'),
            expected: 'an https address',
            remedy: 'over http, names and the token would travel unencrypted',
          },
        ]
      : []),
    ...google
      .filter(([, value]) => value !== undefined)
      .map(([key]) => ({ path: path(key), expected: 'no such key with source: csv; it belongs to source: google' })),
  ];
}

function homepageViolations(homepage: Draft<Site>['homepage']): readonly Violation[] {
  const { publish, repository } = homepage ?? {};
  if (publish !== 'pull-request' || repository === undefined || githubRepository(repository) !== null) return [];
  return [
    {
      path: ['homepage', 'repository'],
      expected: 'a repository on GitHub, such as git@github.com:OWNER/NAME.git',
      remedy: 'or set publish: push',
    },
  ];
}
