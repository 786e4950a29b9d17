import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { findNewer } from '../../../../activities/hosts/image/deferred-image.ts';
import type { HostDependencies } from '../../../../activities/hosts/dependencies.ts';
import type { Proof } from '../../../../domain/proof.ts';
import { fakeRemote } from '../fake-remote.ts';

const [OLD, OWED, NEW] = ['old', 'deferred', 'new'].map((name) => ({ name, uuid: randomUUID() })) as [
  Image,
  Image,
  Image,
];
interface Image {
  readonly name: string;
  readonly uuid: string;
}

/** `there`: the images that the host sees, newest first. */
function look(there: readonly Image[], runs: Image | null, days = 0) {
  const remote = fakeRemote(({ name }) => {
    if (name === 'look-root')
      return runs ? `running=root\nimage=${runs.name}\nimage_uuid=${runs.uuid}\n` : 'running=root\n';
    const manifest = ({ name: file, uuid }: Image) =>
      JSON.stringify({ name: file, uuid, parent: null, bytes: 1, sha256: 'a'.repeat(64), leader: 'asahi' });
    return there.map((one, at) => `${100 - at} ${Buffer.from(manifest(one)).toString('base64')}\n`).join('');
  });
  const site = async () => ({
    layout: { toplevel: '/t', jobs: 'j', images: '/csehome/bacchus/images' },
    ssh: { user: 'bacchus' },
  });
  const facts = { name: OWED.name, snapshotUuid: OWED.uuid };
  const deps = { site, remote, clock: () => new Date(days * 86_400_000) } as unknown as HostDependencies;
  return findNewer(deps)({ host: 'cojito', image: { at: new Date(0).toISOString(), facts } as Proof<'image'> });
}

test('the running image is older or unknown: the host still needs the deferred one', async () => {
  expect(await look([NEW, OWED, OLD], OLD)).toBeNull();
  expect(await look([OWED], null)).toBeNull();
});

test('the running image is newer, even if the deferred one was deleted: the task is proven and done', async () => {
  const proof = { what: 'image-found', facts: { host: 'cojito', image: 'new' }, how: 'found' };
  expect(await look([NEW, OWED], NEW)).toMatchObject(proof);
  expect(await look([NEW], NEW)).toMatchObject(proof);
});

test('the activity fails for a deleted image, and retries while the homes are not mounted', async () => {
  await expect(look([NEW], null)).rejects.toMatchObject({
    type: 'VerificationFailed',
    nonRetryable: true,
    message: expect.stringMatching(
      /^the image deferred of the deferred task of cojito is no longer in \/csehome\/bacchus\/images: the next update/,
    ),
  });
  await expect(look([], null)).rejects.toMatchObject({ type: 'CommandFailed', nonRetryable: false });
});

test('the task ends 180 days after its image was made, even if the host never answers again', async () => {
  expect(await look([OWED, OLD], OLD, 179)).toBeNull();
  const proof = { what: 'image-found', summary: expect.stringMatching(/^the image deferred is older than 180 days/) };
  expect(await look([OWED, OLD], OLD, 180)).toMatchObject(proof);
  const silent = { site: async () => Promise.reject(new Error('silent')), clock: () => new Date(180 * 86_400_000) };
  const image = { at: new Date(0).toISOString(), facts: { name: 'deferred', snapshotUuid: 'u' } } as Proof<'image'>;
  expect(await findNewer(silent as unknown as HostDependencies)({ host: 'cojito', image })).toMatchObject(proof);
});
