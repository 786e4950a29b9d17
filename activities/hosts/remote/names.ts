/**
 * Percent-encodes a file name, which is bytes. Every byte except letters, digits and `._-~@+,=` becomes `%XX`, so a
 * name in a plan is one readable word and loses nothing.
 */
export function encodeName(bytes: Buffer): string {
  let text = '';
  for (const byte of bytes) {
    const letter = String.fromCharCode(byte);
    text += /[A-Za-z0-9._~@+,=-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}

/** Decodes a name that `encodeName` encoded, to bytes. */
export function decodeName(text: string): Buffer {
  const parts = text.split(/(%[0-9A-F]{2})/);
  return Buffer.concat(
    parts.map((part) => (part.startsWith('%') ? Buffer.from(part.slice(1), 'hex') : Buffer.from(part, 'latin1'))),
  );
}

/** Splits a script's base64 output into its NUL-terminated fields. */
export function fieldsOf(base64: string): readonly Buffer[] {
  const bytes = Buffer.from(base64, 'base64');
  const fields: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0, start);
    fields.push(bytes.subarray(start, end < 0 ? bytes.length : end));
    start = end < 0 ? bytes.length : end + 1;
  }
  return fields;
}

/** Names as a script reads them: bytes, each terminated by NUL. */
export const zeroEnded = (names: readonly string[]): Buffer =>
  Buffer.concat(names.flatMap((name) => [decodeName(name), Buffer.of(0)]));
