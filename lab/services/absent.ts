import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createSurvey } from './survey.ts';
import type { LabServices } from './types.ts';

/** A port that no process serves. */
const CLOSED = 9;

const none = (): never => {
  throw new Error('this lab was started without services: start it with `services: true`');
};

/** In place of the services of a lab that has only hosts: `site.yaml` names addresses at which nothing answers. */
export async function absentServices({ dir, address }: { dir: string; address: string }): Promise<LabServices> {
  const url = `http://${address}:${CLOSED}`;
  const database = `postgres://semester@${address}:${CLOSED}/id_server`;
  await mkdir(dir, { recursive: true });
  return {
    idServer: {
      url,
      username: 'semester',
      password: 'none',
      group: 'gpu',
      databaseUrl: database,
      adminUrl: database,
      restart: none,
      stop: none,
      killDatabase: none,
      requestJoin: none,
      members: none,
      pending: none,
    },
    smtp: { host: address, port: CLOSED, mails: none, failNext: none, connections: none },
    git: { url: `file://${path.join(dir, 'homepage.git')}`, bare: path.join(dir, 'homepage.git'), checkout: none },
    homepage: { url, posts: none, end: async () => {} },
    survey: await createSurvey(dir),
    stop: async () => {},
  };
}
