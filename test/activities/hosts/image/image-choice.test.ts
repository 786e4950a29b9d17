import { expect, test } from 'vitest';
import { chooseImage } from '../../../../activities/hosts/image/image-choice.ts';
import type { HostDependencies } from '../../../../activities/hosts/dependencies.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';
import { stepRef } from '../update-fleet.ts';

const site = {
  zone: 'Asia/Seoul',
  layout: { toplevel: '/top', snapshots: 'snapshots', images: '/images' },
  ssh: { user: 'bacchus' },
} as Site;
const uuid = '8f9c1b5e-0000-f000-0000-0123456789ab';
const manifest = (name: string) =>
  Buffer.from(JSON.stringify({ name, uuid, parent: null, bytes: 1, sha256: 'a'.repeat(64), leader: 'x' }));

/** asahi leads; every host has `base`. */
function fleet() {
  const state = { down: new Set<string>(), images: [] as string[] };
  const remote = {
    ...fakeRemote(({ name }) => {
      if (name === 'list-snapshots') return '1 id-of-base uuid base';
      if (name === 'list-images')
        return state.images.map((image) => `1 ${manifest(image).toString('base64')}`).join('\n');
      return 'subuid dave 100000 65536\nsubgid dave 100000 65536';
    }),
    reachable: async (host: string) => !state.down.has(host),
  };
  const named = new Map<string, unknown>();
  const store = {
    getNamed: async (name: string) => named.get(name) ?? null,
    putNamed: async (name: string, value: unknown) => void named.set(name, value),
  };
  const clock = () => new Date('2027-02-11T16:00:00Z');
  const deps = { remote, store, clock } as unknown as HostDependencies;
  const choose = (round = 1, label = 'gpu-update') =>
    chooseImage(deps, site, {
      ref: stepRef('update/u', 'image', { round }),
      leader: 'asahi',
      label,
      followers: ['bernini', 'cojito'],
    });
  return { state, choose };
}

test('the name holds the day in the site’s zone; parent and ranges come from every host that answers', async () => {
  const { state, choose } = fleet();
  state.down.add('cojito');
  expect(await choose()).toEqual({
    name: '2027-02-12-gpu-update',
    answering: ['bernini'],
    silent: ['cojito'],
    lacking: [],
    parent: {
      name: 'base',
      identity: 'id-of-base',
    },
    ranges: {
      subuid: 'dave:100000:65536\n',
      subgid: 'dave:100000:65536\n',
    },
  });
});

test('an interrupted attempt continues with its choice; another round chooses anew', async () => {
  const { state, choose } = fleet();
  const first = await choose();
  state.down.add('cojito');
  state.images.push(first.name);
  expect(await choose()).toEqual(first);
  expect(await choose(2)).toMatchObject({ name: '2027-02-12-gpu-update-2', silent: ['cojito'] });
});

test('the image of a reinstalled leader is a full one, even if it has snapshots', async () => {
  expect(await fleet().choose(1, 'gpu-reinstall')).toMatchObject({
    name: '2027-02-12-gpu-reinstall',
    parent: null,
    lacking: [],
  });
});
