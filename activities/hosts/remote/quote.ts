import { ACCOUNT_NAME } from '../../../domain/names.ts';
import { refuse } from '../../failures.ts';

/** Quotes `text` as one word of a POSIX shell. Every value that reaches a shell goes through it. */
export function quote(text: string): string {
  if (text.includes('\0')) throw refuse('ConfigInvalid', 'a shell argument cannot hold a NUL byte: send it as input');
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const HOST = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether `name` is a portable account name. Only such names go into commands. */
export const isUser = (name: string): boolean => ACCOUNT_NAME.test(name);

/**
 * Returns `name` if it is a portable account name (as `useradd` accepts it).
 * @throws ApplicationFailure `ConfigInvalid`
 */
export function checkUser(name: string): string {
  if (!isUser(name))
    throw refuse('ConfigInvalid', `${JSON.stringify(name)} is not an account name (${ACCOUNT_NAME.source})`);
  return name;
}

/**
 * Returns `name` if it is a host name without dots.
 * @throws ApplicationFailure `ConfigInvalid`
 */
export function checkHost(name: string): string {
  if (!HOST.test(name)) throw refuse('ConfigInvalid', `${JSON.stringify(name)} is not a host name (${HOST.source})`);
  return name;
}
