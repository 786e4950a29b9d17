import type { Proof, ProofOrigin } from '../../domain/proof.ts';
import type { PostBinding } from '../../domain/gates/publish.ts';
import { refuse, tryAgain } from '../failures.ts';
import { beat } from '../hosts/remote/activity-context.ts';
import type { Checkout } from './checkout.ts';

/** The post that the service published, in the store as `post/<semester>`. The service overwrites only this text. */
export interface Published {
  readonly path: string;
  readonly date: string;
  readonly content: string;
}

const RACES = 5;

/**
 * Reads the post, pushes it and reads it again. After a lost race it starts over, because the other push may have
 * changed the post.
 * @throws ApplicationFailure `VerificationFailed`; not retryable if another person's text would be lost
 */
export async function publish(
  checkout: Checkout,
  binding: PostBinding,
  before: Published | null,
  clock: () => Date,
): Promise<Proof<'post'>> {
  const { path, content, title } = binding;
  let how: ProofOrigin = 'found';
  for (let attempt = 0; attempt < RACES; attempt++) {
    const there = await checkout.read(path);
    if (there !== null && sameText(there, content)) return await proofOf(checkout, binding, how, clock());
    if (how === 'service') break;
    if (before?.path === path ? there === null || !sameText(there, before.content) : there !== null)
      throw refuse('VerificationFailed', await describeConflict(checkout, binding, there));
    beat({ path, attempt });
    if ((await checkout.push(path, content, `Post: ${title}`)) === 'pushed') how = 'service';
  }
  throw tryAgain(
    'VerificationFailed',
    `homepage: ${path} on ${binding.branch} is not what was pushed; the service retries`,
  );
}

/** A repository may convert line ends (`* text=auto`, `eol=crlf`); the words are the same. */
const sameText = (one: string, other: string) => one.replaceAll('\r\n', '\n') === other.replaceAll('\r\n', '\n');

/** Proof of the published post, with its last commit. */
export async function proofOf(
  checkout: Pick<Checkout, 'commitOf'>,
  { path, content }: PostBinding,
  how: ProofOrigin,
  at: Date,
): Promise<Proof<'post'>> {
  const commit = await checkout.commitOf(path);
  return {
    what: 'post',
    at: at.toISOString(),
    summary: `${path} is published in commit ${commit.slice(0, 12)}`,
    facts: { path, commit, bytes: Buffer.byteLength(content) },
    how,
  };
}

/** Describes a post that a person edited, deleted or wrote under the same name. Their text stays. */
async function describeConflict(
  checkout: Checkout,
  { path, content }: PostBinding,
  there: string | null,
): Promise<string> {
  const remedy = 'keep it with `done`, or restore the published text in git and `retry`';
  if (there === null) return `homepage: ${path} was published and has since been deleted from git; ${remedy}`;
  const lines = await checkout.difference(path, content, 20);
  return `homepage: ${path} is already in git and differs from the plan; ${remedy}\n${lines.join('\n')}`;
}

/**
 * Proves that a person published the post, perhaps with their own text.
 * @throws ApplicationFailure `VerificationFailed`
 */
export async function provePublishedByHand(
  checkout: Pick<Checkout, 'read' | 'commitOf'>,
  binding: PostBinding,
  at: Date,
): Promise<Proof<'post'>> {
  const there = await checkout.read(binding.path);
  if (there === null)
    throw refuse('VerificationFailed', `homepage: ${binding.path} is not in git: push it, then send \`done\` again`);
  const proof = await proofOf(checkout, { ...binding, content: there }, 'by-hand', at);
  return there === binding.content ? proof : { ...proof, summary: `${proof.summary}; a person wrote its text` };
}
