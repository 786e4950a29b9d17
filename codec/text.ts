/** UTF-8 of metadata and data. Apart from the cipher, whose modules of Node a workflow cannot load. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Protocol Buffers decode empty bytes as an empty array, which TextDecoder refuses. */
export const textOf = (data: Uint8Array | null | undefined): string =>
  data?.length ? new TextDecoder().decode(data) : '';
