/** Size of a value as JSON in UTF-8. Pure. */
export const bytesOf = (value: unknown): number => new TextEncoder().encode(JSON.stringify(value)).length;
