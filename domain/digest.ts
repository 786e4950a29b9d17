import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * `sha256:` + 64 hex digits of SHA-256 over the RFC 8785 JSON of `value`. For activities and the CLI only: workflows
 * compare digests as strings.
 * @throws TypeError if JSON cannot represent `value`
 */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalText(value)).digest('hex')}`;
}

/**
 * The RFC 8785 JSON of `value`: the input of digests and signatures.
 * @throws TypeError if JSON cannot represent `value`
 */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('cannot compute a digest: JSON cannot represent the value');
  return text;
}
