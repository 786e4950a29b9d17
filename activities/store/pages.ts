/** Bytes of JSON in one page: below Temporal's limit for one payload, with room for the rest of the answer. */
const PAGE_BYTES = 240 * 1024;

/** Splits lines into pages that fit one answer; at least one page. */
export function pagesOf<T>(lines: readonly T[]): readonly (readonly T[])[] {
  const pages: T[][] = [[]];
  let bytes = 0;
  for (const line of lines) {
    const size = Buffer.byteLength(JSON.stringify(line)) + 1;
    if (bytes + size > PAGE_BYTES) {
      pages.push([]);
      bytes = 0;
    }
    bytes += size;
    pages.at(-1)?.push(line);
  }
  return pages;
}
