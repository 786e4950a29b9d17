import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { reinstallInstructions } from '../../../../activities/hosts/leader/instructions.ts';
import { checkLayout } from '../../../../activities/hosts/root/layout.ts';
import type { HostDependencies } from '../../../../activities/hosts/dependencies.ts';
import type { Site } from '../../../../domain/site.ts';
import { fakeRemote } from '../fake-remote.ts';

const site = {
  language: 'ko',
  templates: fileURLToPath(new URL('../../../../templates', import.meta.url)),
  layout: {
    toplevel: '/root/btrfs-toplevel',
    snapshots: 'snapshots',
    home: '/csehome',
    docker: '/local/.docker',
    alsoWipe: [],
  },
  documents: { reinstall: 'https://example.org/reinstall' },
  ssh: { user: 'bacchus', knownHosts: '/etc/semester/known_hosts' },
} as unknown as Site;

function deps(answer: string, changed: Partial<Site> = {}): HostDependencies {
  const given = Promise.resolve({ ...site, ...changed });
  return {
    site: () => given,
    remote: fakeRemote(() => answer),
    clock: () => new Date(0),
  } as unknown as HostDependencies;
}

test('the instructions name the host, the document and the layout, in the requested or the site’s language', async () => {
  const korean = await reinstallInstructions(deps(''))({ host: 'asahi', language: null });
  for (const part of ['asahi 재설치', 'https://example.org/reinstall', '/local/.docker', 'bacchus', 'set-default']) {
    expect(korean).toContain(part);
  }
  const english = await reinstallInstructions(deps(''))({ host: 'asahi', language: 'en' });
  expect(english).toContain('Reinstall asahi');
  const bare = await reinstallInstructions(deps('', { documents: { agreement: 'x' } }))({
    host: 'asahi',
    language: 'en',
  });
  expect(bare).not.toContain('document:');
});

test('a template that cannot be read is named', async () => {
  const failure = reinstallInstructions(deps('', { templates: '/nowhere' }))({ host: 'asahi', language: 'en' });
  await expect(failure).rejects.toThrow('nowhere/reinstall.en.md: cannot be read');
});

test('one failure holds every problem that the host reports', async () => {
  const said = 'problem: / is writable: close it\nnoise\nproblem: sudoers has no line: add it\n';
  const failure = checkLayout(deps(said))({ host: 'asahi' });
  await expect(failure).rejects.toThrow(/asahi.*writable.*sudoers/s);
  await expect(failure).rejects.not.toThrow(/noise/);
});

test('a hint is not a problem', async () => {
  const proof = await checkLayout(deps('hint: put a lock around it\n'))({ host: 'asahi' });
  expect(proof).toMatchObject({ facts: { hints: 1 }, summary: expect.stringContaining('put a lock around it') });
});

test('an invalid fingerprint is rejected', async () => {
  const failure = checkLayout(deps(''))({ host: 'asahi', fingerprint: 'yes, I looked' });
  await expect(failure).rejects.toMatchObject({ type: 'ConfigInvalid' });
  await expect(failure).rejects.toThrow(/ssh-keygen -lf/);
});
