import { refuse } from '../../failures.ts';

/** `text` as one word of a POSIX shell, whatever it holds. The only way in which anything reaches a shell. */
export function quote(text: string): string {
  if (text.includes('\0')) throw refuse('ConfigInvalid', 'no shell argument can hold a NUL byte: send it as input');
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const USER = /^[a-z_][a-z0-9_-]{0,31}$/;
const HOST = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Whether `name` is a portable account name, the only kind that is put into commands. */
export const isUser = (name: string): boolean => USER.test(name);

/**
 * `name`, when it is a portable account name (as `useradd` takes it).
 * @throws ApplicationFailure `ConfigInvalid`
 */
export function checkUser(name: string): string {
  if (!isUser(name)) throw refuse('ConfigInvalid', `${JSON.stringify(name)} is no account name (${USER.source})`);
  return name;
}

/**
 * `name`, when it is a host name without dots.
 * @throws ApplicationFailure `ConfigInvalid`
 */
export function checkHost(name: string): string {
  if (!HOST.test(name)) throw refuse('ConfigInvalid', `${JSON.stringify(name)} is no host name (${HOST.source})`);
  return name;
}
