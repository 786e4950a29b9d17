import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { firstLook, type FirstLook } from '../activities/doctor/first-look.ts';
import { openGit, runGit } from '../activities/homepage/checkout.ts';
import { offeredKeys } from '../activities/hosts/remote/host-key.ts';
import { fingerprint, knownHostName } from '../activities/hosts/remote/known-hosts.ts';
import { createRemote } from '../activities/hosts/remote/ssh.ts';
import { ownedGroups } from '../activities/id-server/client.ts';
import type { Site } from '../domain/site.ts';

/** A server to look at. */
export interface Place {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

/** What a server shows: its host key, and what it tells after a login. `why`: no answer, or none after the login. */
export interface SeenHost {
  readonly name: string;
  /** Fingerprint of the preferred key; null: the server shows none. */
  readonly key: string | null;
  readonly look: FirstLook | null;
  readonly why: string | null;
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

/**
 * Looks at servers whose keys nobody has compared yet. They get no password: a key proves nothing that somebody in between could use
 * elsewhere.
 */
export async function lookAtHosts(
  user: string,
  hosts: readonly Place[],
  sshKey: string | undefined,
): Promise<readonly SeenHost[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'semester-init-'));
  try {
    return await Promise.all(hosts.map((host) => lookAtHost(folder, user, host, sshKey)));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function lookAtHost(folder: string, user: string, host: Place, sshKey: string | undefined): Promise<SeenHost> {
  const { name, address, port } = host;
  const keys = await offeredKeys(host).catch(reasonOf);
  if (typeof keys === 'string') return { name, key: null, look: null, why: keys };
  const key = keys[0] ? fingerprint(keys[0].key) : null;
  if (sshKey === undefined) return { name, key, look: null, why: 'no SSH key is given, so nobody logged in' };
  const knownHosts = path.join(folder, name);
  const lines = keys.map((one) => `${knownHostName(address, port)} ${one.type} ${one.key.toString('base64')}\n`);
  await writeFile(knownHosts, lines.join(''));
  const storage = { ...host, sudo: 'nopasswd' as const };
  // All that a login needs.
  const site = { ssh: { user, knownHosts }, storage, hosts: [] } as unknown as Site;
  const remote = createRemote({ site: async () => site, secrets: { sshKey } });
  try {
    return { name, key, look: await firstLook(remote, name), why: null };
  } catch (error) {
    return { name, key, look: null, why: reasonOf(error) };
  } finally {
    await remote.close();
  }
}

/** The groups that the service's account owns, or why nobody knows. */
export async function lookAtGroups(
  url: string,
  username: string,
  password: string | undefined,
): Promise<readonly string[] | { readonly why: string }> {
  if (password === undefined) return { why: 'no password of its account is given' };
  return await ownedGroups({ url, username }, password).catch((error: unknown) => ({ why: reasonOf(error) }));
}

/** What the repository of the homepage tells. */
export interface SeenHomepage {
  readonly branch: string;
  /** From `_config.yml`; undefined where it says nothing that site.yaml can hold. */
  readonly permalink: string | undefined;
  readonly timezone: string | undefined;
}

const Jekyll = z.object({
  permalink: z.string().startsWith('/').optional().catch(undefined),
  timezone: z.string().optional().catch(undefined),
});

/** Null for text that is no YAML. */
function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return null;
  }
}

/** Reads the default branch and Jekyll's settings; or says why not. */
export async function lookAtHomepage(repository: string): Promise<SeenHomepage | { readonly why: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'semester-init-'));
  try {
    // It commits nothing.
    const git = openGit(folder, { homepage: { author: { name: 'semester', email: 'semester@localhost' } } });
    await runGit(repository, () => git.clone(repository, folder, ['--depth=1', '--no-checkout', '--quiet']));
    const branch = (await git.raw('rev-parse', '--abbrev-ref', 'HEAD')).trim();
    const text = await git.show('HEAD:_config.yml').catch(() => '');
    const { permalink, timezone } = Jekyll.catch({ permalink: undefined, timezone: undefined }).parse(parsed(text));
    return { branch, permalink, timezone };
  } catch (error) {
    return { why: reasonOf(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
