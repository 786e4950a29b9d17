import type { Proof, ProofOrigin } from '../../domain/proof.ts';
import type { PostBinding } from '../../domain/gates/publish.ts';
import { refuse, tryAgain } from '../failures.ts';
import { beat } from '../hosts/remote/activity-context.ts';
import type { Checkout } from './checkout.ts';

/** What we published for a semester, in the store by `post/<semester>`: only this may be overwritten. */
export interface Published {
  readonly path: string;
  readonly date: string;
  readonly content: string;
}

const RACES = 5;

/**
 * Looks, writes, pushes and looks again; a lost race is looked at anew, because its winner may have touched the post.
 * @throws ApplicationFailure `VerificationFailed`: not tried again where somebody else's text would be lost.
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
    if (there === content) return await proofOf(checkout, binding, how, clock());
    if (how === 'service') break;
    if (before?.path === path ? there !== before.content : there !== null)
      throw refuse('VerificationFailed', await describeConflict(checkout, binding, there));
    beat({ path, attempt });
    if ((await checkout.push(path, content, `Post: ${title}`)) === 'pushed') how = 'service';
  }
  throw tryAgain('VerificationFailed', `homepage: ${path} on ${binding.branch} is not what was pushed; looking again`);
}

/** What is published, by its last commit. */
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

/** Somebody edited the post, deleted it, or had a file of that name: theirs stays. */
async function describeConflict(
  checkout: Checkout,
  { path, content }: PostBinding,
  there: string | null,
): Promise<string> {
  const remedy = 'keep it by `done`, or put git back to what was published and `retry`';
  if (there === null) return `homepage: ${path} was published and is gone from git since; ${remedy}`;
  const lines = await checkout.difference(path, content, 20);
  return `homepage: ${path} is in git already and differs from the plan; ${remedy}\n${lines.join('\n')}`;
}

/** Looks only: a person published it, in their own words perhaps. @throws ApplicationFailure `VerificationFailed` */
export async function provePublishedByHand(
  checkout: Pick<Checkout, 'read' | 'commitOf'>,
  binding: PostBinding,
  at: Date,
): Promise<Proof<'post'>> {
  const there = await checkout.read(binding.path);
  if (there === null)
    throw refuse('VerificationFailed', `homepage: ${binding.path} is not in git: push it, then say \`done\` again`);
  const proof = await proofOf(checkout, { ...binding, content: there }, 'by-hand', at);
  return there === binding.content ? proof : { ...proof, summary: `${proof.summary}; its text is a person's own` };
}
