import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { temporaryStore } from '../../support/store.ts';
import type { Store } from '../../../activities/store/store.ts';
import { createSurveys, type SurveySecrets } from '../../../activities/survey/source.ts';
import { surveyText } from '../../../activities/survey/text.ts';
import type { Site } from '../../../domain/site.ts';
import { semesterOf, siteAt } from '../homepage/publishing.ts';
import { startGoogle, type GoogleServer } from './google-server.ts';

export const columns = {
  username: '아이디',
  studentNumber: '학번',
  email: '이메일',
  docker: 'Docker 사용',
  terms: '약관 동의',
};
const OAUTH = { googleClientId: 'client', googleClientSecret: 'hunter2', googleRefreshToken: '1//hunter2' };

export const siteWith = (survey: Partial<Site['survey']> = {}): Site => ({
  ...siteAt('/nowhere'),
  survey: {
    source: 'google',
    editors: ['kim@example.org', 'lee@example.org'],
    columns,
    yes: ['예', '동의합니다'],
    ...survey,
  },
});

/** A semester and a Google server for each test of a file; the tests share a store. */
export function useGoogle() {
  let store: Store;
  let tests = 0;
  beforeAll(async () => {
    store = await temporaryStore();
  }, 60_000);
  afterAll(() => store.close());
  const world = {
    google: undefined as unknown as GoogleServer,
    now: new Date(),
    name: '',
    get store() {
      return store;
    },
    semester: () => ({ ...semesterOf(tests), name: world.name }),
    /** A worker's source: it caches what it has read until the next call. */
    surveys: (secrets: SurveySecrets = OAUTH) =>
      createSurveys({ secrets, store, clock: () => world.now, google: world.google }),
    keeper: (site = siteWith(), secrets?: SurveySecrets) => world.surveys(secrets)(site).forms!,
    made: async () => await world.keeper().create(world.name, await surveyText(siteWith(), world.semester())),
    /** The number of requests of this kind. */
    count: (line: RegExp) => world.google.asked.filter((asked) => line.test(asked)).length,
  };
  beforeEach(async () => {
    world.google = await startGoogle();
    world.name = `google-${++tests}`;
    world.now = new Date('2027-03-10T00:00:00Z');
  });
  afterEach(() => world.google.stop());
  return world;
}
