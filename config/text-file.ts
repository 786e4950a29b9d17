import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

/** More than any configuration, export or template holds. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Why bytes are no text in UTF-8: what they are, with the line where that shows, and what to do. */
export interface NotText {
  readonly found: string;
  /** From 1; null if it concerns the whole file. */
  readonly line: number | null;
  readonly remedy: string;
}

/** A file that cannot be read as text. The message names the file, what was found and the remedy, never the content. */
export class TextFileError extends Error {
  override readonly name = 'TextFileError';
  readonly problem: NotText;
  /** `ENOENT` and others of the system; undefined if the file was read. */
  readonly code: string | undefined;

  constructor(file: string, problem: NotText, code?: string) {
    super(
      `${file}${problem.line === null ? '' : `:${problem.line}`}: found ${problem.found}, expected text in UTF-8; ${problem.remedy}`,
    );
    this.problem = problem;
    this.code = code;
  }
}

const SAVE = 'save the file as UTF-8';

/** Reads bytes as UTF-8. A byte order mark is dropped, and each line ends with `\n`. */
export function decodeText(bytes: Uint8Array): { readonly text: string } | { readonly problem: NotText } {
  const [first, second] = bytes;
  const mark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (mark || (bytes.length > 1 && (first === 0) !== (second === 0))) {
    return { problem: { found: 'text in UTF-16', line: null, remedy: SAVE } };
  }
  const zero = bytes.indexOf(0);
  if (zero >= 0) {
    return {
      problem: { found: 'a zero byte: this is no text', line: lineAt(bytes, zero), remedy: 'name a text file' },
    };
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll(/\r\n?/g, '\n') };
  } catch {
    const at = invalidAt(bytes);
    const byte = bytes[at]?.toString(16).padStart(2, '0');
    const found = `a byte that is no UTF-8 (0x${byte}), as in files of Latin-1, Windows-1252 or CP949`;
    return { problem: { found, line: lineAt(bytes, at), remedy: SAVE } };
  }
}

const lineAt = (bytes: Uint8Array, index: number) =>
  bytes.subarray(0, index).filter((byte) => byte === 0x0a).length + 1;

/** The first byte that no longer decodes: the text before it is the longest that does. */
function invalidAt(bytes: Uint8Array): number {
  const before = new TextDecoder().decode(bytes).split('\u{fffd}')[0] ?? '';
  return new TextEncoder().encode(before).length + (bytes[0] === 0xef && bytes[1] === 0xbb ? 3 : 0);
}

/**
 * Reads a text file in UTF-8. Directories, FIFOs, devices and huge files are refused, so that nothing hangs or fills the
 * memory.
 * @throws TextFileError
 */
export async function readTextFile(file: string, mostBytes = MOST_BYTES): Promise<string> {
  // Without O_NONBLOCK the opening of a FIFO waits for a writer.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    throw new TextFileError(file, unreadable(error.code), error.code);
  });
  try {
    const kind = await kindOf(handle, mostBytes);
    if (kind !== null) throw new TextFileError(file, { line: null, ...kind });
    const decoded = decodeText(await readAll(file, handle, mostBytes));
    if ('problem' in decoded) throw new TextFileError(file, decoded.problem);
    return decoded.text;
  } finally {
    await handle.close();
  }
}

/** Reads a file to its end, or refuses one that has none: a file of the system says no size, and may fail or wait. */
async function readAll(file: string, handle: FileHandle, mostBytes: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  try {
    // `end` is inclusive: one byte more than allowed.
    for await (const part of handle.createReadStream({ end: mostBytes, autoClose: false })) parts.push(part as Buffer);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TextFileError(file, unreadable(code), code);
  }
  const bytes = Buffer.concat(parts);
  if (bytes.length > mostBytes)
    throw new TextFileError(file, { line: null, found: `more than ${mostBytes} bytes`, remedy: 'name a text file' });
  return bytes;
}

function unreadable(code = 'unknown reason'): NotText {
  const remedy =
    code === 'ENOENT' || code === 'ENOTDIR' ? 'correct the path' : 'correct the path, or the rights of the file';
  return { found: `no readable file (${code})`, line: null, remedy };
}

async function kindOf(handle: FileHandle, mostBytes: number) {
  const stat = await handle.stat();
  const remedy = 'name a text file';
  if (stat.isDirectory()) return { found: 'a directory', remedy };
  if (!stat.isFile()) return { found: 'a special file (FIFO, socket or device)', remedy };
  if (stat.size <= mostBytes) return null;
  return { found: `a file of ${stat.size} bytes (at most ${mostBytes})`, remedy };
}
