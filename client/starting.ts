import type { Client } from '@temporalio/client';
import type { Command } from 'commander';
import type { Site } from '../domain/site.ts';
import { strangerRefusal } from '../domain/verdict.ts';
import { confirm } from './confirm.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { noSiteSentence, noWorkerSentence, pollers, type Pollers } from './pollers.ts';

/** Adds the flag that starts a workflow although no worker would run it. */
export const withWorkerFlag = (command: Command): Command =>
  command.option('--without-worker', 'start although no worker of this site polls; the workflow runs when one does');

/**
 * What holds before a workflow starts: the name after `--by` is known, or a person confirms it; and a worker of the site polls here. A
 * forgotten TEMPORAL_NAMESPACE would start a second one elsewhere.
 * @throws CliError (4) without such a worker; (1) when the person stops
 */
export async function beforeStart(
  io: Io,
  client: Client,
  { name, approvers }: Pick<Site, 'name' | 'approvers'>,
  { by, withoutWorker = false }: { readonly by: string; readonly withoutWorker?: boolean | undefined },
): Promise<Pollers> {
  const seen = await pollers(client);
  const refusal = noSiteSentence(seen, name, `the namespace "${client.options.namespace}"`);
  if (refusal !== null && !withoutWorker) throw new CliError(EXIT.notFound, refusal);
  if (!seen.polling) io.note(noWorkerSentence(seen));
  const names = approvers.map((approver) => approver.name);
  const stranger = strangerRefusal(by, names);
  if (stranger === null) return seen;
  if (io.ask === null) {
    io.note(
      `${stranger}. If the name is mistyped: semester abort WORKFLOW --by YOU --reason WHY, then start it again.`,
    );
    return seen;
  }
  io.note(`${stranger}.`);
  const stopped = 'Nothing was started.';
  await confirm(io, { effect: `start under the name ${by}`, phrase: by, before: 'Check the name', stopped });
  return seen;
}
