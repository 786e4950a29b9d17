import { behindText, confirmBehind, missingLines, readBehind } from '../activities/epoch/recovery.ts';
import { createSqlStore } from '../activities/store/sql.ts';
import { confirm } from '../client/confirm.ts';
import { CliError, EXIT } from '../client/exit.ts';
import type { Io } from '../client/io.ts';
import { inReadersTime, readerOf } from '../client/reader.ts';
import { loadSite } from '../config/load.ts';
import { loadSecrets } from '../worker/secrets.ts';
import { openOwnDatabase } from './open.ts';

/** What a person types to confirm. */
const RECOVER_PHRASE = 'act again';

/**
 * Shows what a restored store lacks, asks a person, and lets the service act again. Mails that the lost store may have sent
 * become unknown.
 * @throws CliError (2) if `by` is no approver of the site, or nobody can be asked
 */
export async function recover(
  io: Io,
  { site: siteFile, by, yes }: { readonly site: string; readonly by: string; readonly yes?: boolean },
): Promise<string> {
  const site = await loadSite(siteFile);
  if (!site.approvers.some(({ name }) => name === by))
    throw new CliError(EXIT.usage, `${by} is not an approver in ${siteFile}.`);
  const clock = () => new Date();
  const store = createSqlStore(await openOwnDatabase(site, await loadSecrets()), clock);
  try {
    const behind = await readBehind(store);
    if (!behind) return 'The store is up to date with every host that has answered: there is nothing to confirm.';
    const reader = readerOf(site);
    io.out(inReadersTime(`${behindText(behind)}.`, reader));
    for (const line of missingLines(behind)) io.out(`  ${inReadersTime(line, reader)}`);
    io.out(
      'Compare this with the hosts, the mailboxes and the homepage. Mails of this list are not sent again by themselves.',
    );
    if (!yes) {
      await confirm(io, {
        effect: 'let the service act again',
        phrase: RECOVER_PHRASE,
        before: 'Compare the list',
        stopped: 'Nothing was changed.',
      });
    }
    await confirmBehind(store, { by, at: clock().toISOString() });
    return 'The service acts again. Retry each parked step: semester status, then semester retry STEP.';
  } finally {
    await store.close();
  }
}
