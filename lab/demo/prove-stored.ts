import path from 'node:path';
import { Connection } from '@temporalio/client';
import { findReadable, findInDatabase, PERSONAL, secretWords, inspectNamespace } from '../stored.ts';
import { expectSame, type Claim } from './claim.ts';
import type { Stage } from './stage.ts';

/** Claims about Temporal's store, as read without the key. */
export function storedClaims({ lab, temporal, temporalFile }: Stage): readonly Claim[] {
  const words = [...PERSONAL, ...secretWords(lab.secrets)];
  return [
    {
      claim: 'Temporal stores no readable name, address or secret',
      async check() {
        const connection = await Connection.connect({ address: temporal.address });
        try {
          const stored = await inspectNamespace(connection, temporal.namespace);
          expectSame('in histories', findReadable(stored, words), []);
          expectSame('in the database', await findInDatabase(temporalFile, words), []);
          expectSame('not encrypted', [...new Set(stored.unencrypted)], []);
          return `${stored.encrypted} encrypted payloads; searched for ${words.length} words, also in ${path.basename(temporalFile)}`;
        } finally {
          await connection.close();
        }
      },
    },
  ];
}
