import path from 'node:path';
import { Connection } from '@temporalio/client';
import { foundIn, foundInDatabase, PERSONAL, secretWords, storedAt } from '../stored.ts';
import { same, type Claim } from './claim.ts';
import type { Stage } from './stage.ts';

/** What Temporal has of all this, seen without the key. */
export function storedClaims({ lab, temporal, temporalFile }: Stage): readonly Claim[] {
  const words = [...PERSONAL, ...secretWords(lab.secrets)];
  return [
    {
      claim: 'Temporal stores no name, no address and no secret that can be read',
      async look() {
        const connection = await Connection.connect({ address: temporal.address });
        try {
          const stored = await storedAt(connection, temporal.namespace);
          same('in histories', foundIn(stored, words), []);
          same('in the database', await foundInDatabase(temporalFile, words), []);
          same('not encrypted', [...new Set(stored.open)], []);
          return `${stored.encrypted} encrypted payloads; ${words.length} words sought, also in ${path.basename(temporalFile)}`;
        } finally {
          await connection.close();
        }
      },
    },
  ];
}
