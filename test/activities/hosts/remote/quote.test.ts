import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkHost, checkUser, quote } from '../../../../activities/hosts/remote/quote.ts';

describe('quote', () => {
  it('makes one word that the shell expands to the original', () => {
    const text = fc.string({ unit: 'binary' }).map((value) => value.replaceAll('\0', ''));
    const nasty = fc.string({ unit: fc.constantFrom("'", '"', '\\', '$', '`', '\n', ' ', '-', '!', '*', 'a') });
    fc.assert(
      fc.property(fc.array(fc.oneof(text, nasty), { maxLength: 20 }), (words) => {
        const line = `printf '%s\\0' x ${words.map(quote).join(' ')}`;
        const { stdout } = spawnSync('bash', ['-c', line], { encoding: 'utf8' });
        expect(stdout.split('\0')).toEqual(['x', ...words, '']);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses values that no argument can hold', () => {
    expect(() => quote('a\0b')).toThrow(/NUL/);
  });
});

describe('names', () => {
  it.each(['-rf', 'a b', 'A', '', '../x', 'a'.repeat(33), 'x;y', 'é', '1a'])('%j is no account name', (name) => {
    expect(() => checkUser(name)).toThrow(/account name/);
  });

  it.each(['bacchus', 'cse_user-1', '_apt'])('%j is an account name', (name) => {
    expect(checkUser(name)).toBe(name);
  });

  it('a host name has no dots or dashes at its ends', () => {
    expect(checkHost('asahi')).toBe('asahi');
    for (const name of ['asahi.snucse.org', '-a', 'a-', 'A', '']) expect(() => checkHost(name)).toThrow(/host name/);
  });
});
