import { readFile } from 'node:fs/promises';
import type { Site } from '../../domain/site.ts';
import { signerLines } from '../../signing/allowed-signers.ts';
import { refuse } from '../failures.ts';
import type { ApprovalActivities } from './contract.ts';

/** Reads the site's allowed-signers file. @throws ApplicationFailure `ConfigInvalid` with what to write */
export async function readSigners({ approvals: { allowedSigners: file } }: Site): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const remedy = 'write one line for each approver: NAME namespaces="gpu-semester" KEY';
    throw refuse('ConfigInvalid', `${file} cannot be read (${error.code ?? 'unknown reason'}): ${remedy}`, error);
  });
}

/**
 * Says before a person reads a plan whether their key will count. It only compares fingerprints: the signature itself is
 * verified when the verdict arrives.
 */
export function checkSigner({ site }: { readonly site: () => Promise<Site> }): ApprovalActivities['checkSigner'] {
  return async ({ by, key }) => {
    const found = await site();
    const lines = signerLines(await readSigners(found));
    const own = lines.filter(({ names }) => names.includes(by));
    if (own.some((line) => line.authority || line.key === key)) return { refused: null };
    const { allowedSigners: file } = found.approvals;
    if (own.length === 0) return { refused: `${file} has no key of ${by}` };
    const others = lines.flatMap((line) => (line.key === key ? line.names : []));
    const owner = others.length > 0 ? `it is the key of ${others.join(', ')}` : 'the file does not list it';
    return {
      refused: `${key} is not a key of ${by} in ${file}: ${owner}. ${by} has ${own.map((line) => line.key).join(', ')}`,
    };
  };
}
