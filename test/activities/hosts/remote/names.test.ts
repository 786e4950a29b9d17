import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeName, encodeName, fieldsOf } from '../../../../activities/hosts/remote/names.ts';

it('encodes any bytes as one word and decodes them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 255 }), (bytes) => {
      const text = encodeName(Buffer.from(bytes));
      expect(text).toMatch(/^[A-Za-z0-9._~@+,=%-]+$/);
      expect(decodeName(text)).toEqual(Buffer.from(bytes));
    }),
  );
});

it('leaves account names unchanged', () => {
  expect(encodeName(Buffer.from('gpu-01_x.y'))).toBe('gpu-01_x.y');
  expect(encodeName(Buffer.from('a b%\n가'))).toBe('a%20b%25%0A%EA%B0%80');
});

it('splits fields at NUL, empty ones too', () => {
  expect(fieldsOf(Buffer.from('a\0\0b\n\0').toString('base64')).map(String)).toEqual(['a', '', 'b\n']);
  expect(fieldsOf('')).toEqual([]);
});
