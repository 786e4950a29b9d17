import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/**
 * `sha256:` + 64 hex digits of SHA-256 over the RFC 8785 JSON of `value`. Used in activities and in the CLI; never
 * inside a workflow, which only compares digests as strings.
 * @throws TypeError when `value` cannot be written as JSON.
 */
export function digestOf(value: unknown): string {
  return `sha256:${createHash('sha256').update(canonicalText(value)).digest('hex')}`;
}

/** The RFC 8785 JSON of `value`: the bytes that digests and signatures stand for. @throws TypeError as `digestOf` */
export function canonicalText(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('only a value that JSON can hold has a digest');
  return text;
}
