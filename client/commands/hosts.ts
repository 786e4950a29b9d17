import { Command } from 'commander';
import { loadSite } from '../../config/load.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import type { HostKeys } from '../../activities/doctor/contract.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { table } from '../table.ts';
import { inspect } from '../workflows.ts';
import type { HostImage } from '../../activities/hosts/image/contract.ts';

interface Flags {
  readonly fingerprint?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** Number of characters of a fingerprint that a person must type. */
const TYPED_CHARACTERS = 6;

/** `hosts`: pins host keys and lists images. */
export function hostsCommand(io: Io): Command {
  return new Command('hosts')
    .description('Pin the key of a host, or show which image each GPU server runs')
    .addHelpText('after', '\nExample:\n  semester hosts trust asahi')
    .addCommand(trustCommand(io))
    .addCommand(imagesCommand(io));
}

/** `hosts trust`: shows the keys that a host offers the worker, and pins one after a person has compared it. */
function trustCommand(io: Io): Command {
  return new Command('trust')
    .description("Pin a host's key in the worker's known_hosts, after comparing its fingerprint")
    .argument('<host>', 'short name, as in site.yaml')
    .option('--fingerprint <sha256>', 'the whole fingerprint, as read on the console; asks no question')
    .option('--replace', 'replace another pinned key, after a reinstall')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester hosts trust asahi')
    .action((host: string, { fingerprint, replace = false, json }: Flags) =>
      io.withClient(async (client) => {
        const keys = await inspect(client, 'host-keys', { host });
        const known = keys.offered.find(({ pinned }) => pinned);
        if (known) {
          return io.out(
            json ? jsonText('hosts', { pinned: known, proof: null }) : `${host}: ${known.fingerprint} is pinned`,
          );
        }
        if (!json) io.out(renderKeys(keys));
        if (keys.others.length > 0 && !replace) throw new CliError(EXIT.refused, otherKeyMessage(keys));
        const chosen = fingerprint ?? (await askForFingerprint(io, keys));
        const pinned = keys.offered.find((key) => key.fingerprint === chosen);
        if (pinned === undefined) {
          throw new CliError(EXIT.refused, `${host} does not offer the key ${chosen}. Nothing was pinned.`);
        }
        const proof = await inspect(client, 'trust', { host, fingerprint: chosen, replace });
        return io.out(json ? jsonText('hosts', { pinned, proof }) : proof.summary);
      }),
    );
}

/** R8. `hosts images`: asks each GPU server which image it runs. */
function imagesCommand(io: Io): Command {
  return new Command('images')
    .description('Show which image each GPU server runs, and which ones it reverted from')
    .option('--site <file>', 'the site file', DEFAULT_SITE)
    .option('--json', 'print the table as JSON')
    .addHelpText('after', '\nExample:\n  semester hosts images')
    .action(async ({ site, json }: { site: string; json?: boolean }) => {
      const hosts = (await loadSite(site)).hosts.map(({ name }) => name);
      const images = await io.withClient((client) => inspect(client, 'images', { hosts }));
      io.out(json ? jsonText('hosts', images) : renderImages(images, io.columns));
    });
}

/** Renders hosts, their images, and the images that they reverted from. */
function renderImages(images: readonly HostImage[], columns: number | null): string {
  const rows = images.map(({ host, image, failed, silent }) => [
    host,
    silent === null ? (image ?? 'no known image') : `? ${silent}`,
    failed.join(', '),
  ]);
  return table(columns, ['host', 'runs', 'reverted from'], rows);
}

/** Renders the offered and the pinned keys, and how to compare them on the console. */
function renderKeys({ host, address, offered, others }: HostKeys): string {
  return [
    `${host} (${address}) offers the worker:`,
    ...offered.map(({ type, fingerprint }) => `  ${fingerprint}  ${type}`),
    ...(others.length > 0 ? ['Pinned, but no longer offered:'] : []),
    ...others.map(({ type, fingerprint }) => `  ${fingerprint}  ${type}`),
    `Compare on the host's console, not over the network:`,
    '  for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done',
  ].join('\n');
}

const otherKeyMessage = ({ host, file }: HostKeys) =>
  `Another key is pinned for ${host} in ${file}. Another machine may answer at its address. If ${host} was reinstalled, compare the fingerprint on its console and add --replace. Nothing was pinned.`;

async function askForFingerprint(io: Io, { offered }: HostKeys): Promise<string> {
  if (io.ask === null) {
    throw new CliError(
      EXIT.usage,
      'There is no terminal to ask for the fingerprint: add --fingerprint with the one that the console shows.',
    );
  }
  for (;;) {
    const question = `Type the last ${TYPED_CHARACTERS} characters of the fingerprint on the host's console, or "no" to stop:`;
    const typed = (await io.ask(question)).trim();
    if (typed === 'no' || typed === '') throw new CliError(EXIT.failed, 'You stopped. Nothing was pinned.');
    const found =
      typed.length >= TYPED_CHARACTERS ? offered.find(({ fingerprint }) => fingerprint.endsWith(typed)) : undefined;
    if (found) return found.fingerprint;
    io.note(`None of these fingerprints ends with "${typed}".`);
  }
}
