import type { Site } from '../../domain/site.ts';
import { recordsOf } from '../applications/records.ts';
import type { Store } from '../store/store.ts';
import { csvSource } from './csv.ts';
import { createGoogleClient, type GoogleEndpoints, type GoogleSecrets } from './google/client.ts';
import { formIdOf, googleForms } from './google/forms.ts';
import { readResponses, type Reading } from './google/responses.ts';
import type { SurveySource } from './types.ts';

export interface SurveySecrets extends GoogleSecrets {
  /** Shown to the address of a CSV. */
  readonly surveyToken?: string | undefined;
}

export interface SurveyDependencies {
  readonly secrets: SurveySecrets;
  readonly store: Store;
  readonly clock: () => Date;
  /** Endpoints that replace Google's own, for tests and the lab. */
  readonly google?: GoogleEndpoints;
}

/** Returns the survey that a site configures. */
export type Surveys = (site: Pick<Site, 'survey' | 'zone'>) => SurveySource;

/** Creates the surveys of a worker. It caches the answers that were read. */
export function createSurveys({ secrets, store, clock, google }: SurveyDependencies): Surveys {
  const readings = new Map<string, Reading>();
  return (site) => {
    const config = site.survey;
    if (config.source !== 'google') return csvSource(site, secrets.surveyToken);
    const client = createGoogleClient(secrets, config.actAs, google);
    return {
      async responses(semester) {
        const formId = await formIdOf(config, store, semester);
        if (formId === null) return { answers: [], unusable: [] };
        // Only a form in survey.formId can hold answers of other semesters.
        const baseline = config.formId === undefined ? null : await recordsOf(store, semester).baseline.get();
        return await readResponses(client, formId, config, readings, clock(), baseline?.at ?? null);
      },
      forms: googleForms({ client, config, store }),
    };
  };
}
