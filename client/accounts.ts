import type { Client } from '@temporalio/client';
import { confirm } from './confirm.ts';
import { CliError, EXIT } from './exit.ts';
import type { Io } from './io.ts';
import { inspect } from './workflows.ts';

/** The flag of commands that take account names. */
export const UNKNOWN_FLAG = ['--unknown', 'accept names that no GPU server knows, without a question'] as const;

/** Names exempt accounts that no GPU server knows: a mistyped name exempts no account. */
export async function noteUnknownExempt(
  io: Io,
  client: Client,
  exempt: readonly { readonly user: string }[],
): Promise<void> {
  const users = [...new Set(exempt.map(({ user }) => user))];
  if (users.length === 0) return;
  // A note refuses nothing.
  const { unknown } = await inspect(client, 'accounts', { users, sync: false }).catch((error: unknown) => {
    if (!(error instanceof CliError)) throw error;
    io.note(`Nobody knows whether the names in keep are right: ${error.message}`);
    return { unknown: [] };
  });
  if (unknown.length > 0)
    io.note(
      `No GPU server knows ${unknown.join(', ')}, exempt by keep. A mistyped name exempts no account: semester keep adds the right one.`,
    );
}

/**
 * Has the hosts asked for these accounts. A name that none of them knows is confirmed by a person: a mistyped one would be
 * reported as done.
 * @throws CliError (2) without a terminal; (1) when the person stops
 */
export async function demandKnown(
  io: Io,
  client: Client,
  users: readonly string[],
  { unknown: accepted = false, stopped }: { readonly unknown?: boolean | undefined; readonly stopped: string },
): Promise<void> {
  if (accepted) return;
  const { unknown, asked } = await inspect(client, 'accounts', { users, sync: true });
  if (asked === 0) return io.note('No GPU server answers, so that nobody knows whether the names are right.');
  const [first] = unknown;
  if (first === undefined) return;
  const names = unknown.join(', ');
  if (io.ask === null)
    throw new CliError(
      EXIT.usage,
      `No GPU server knows ${names}. ${stopped} Correct the name, or add --unknown if the account does not exist yet or no longer.`,
    );
  io.note(`No GPU server knows ${names}.`);
  await confirm(io, { effect: 'go on nevertheless', phrase: unknown.join(' '), before: 'Check the names', stopped });
}
