import Table from 'cli-table3';
import { Command } from 'commander';
import { loadSite } from '../../config/load.ts';
import { DEFAULT_SITE } from '../semester-flags.ts';
import type { HostKeys } from '../../activities/doctor/contract.ts';
import { CliError, EXIT } from '../exit.ts';
import type { Io } from '../io.ts';
import { inspect } from '../workflows.ts';
import type { HostImage } from '../../activities/hosts/image/contract.ts';

interface Flags {
  readonly fingerprint?: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** How many characters of a fingerprint a person types. */
const TYPED = 6;

/** `hosts`: what the worker knows of hosts. */
export function hostsCommand(io: Io): Command {
  return new Command('hosts')
    .description('Which hosts the worker trusts, and which image each of them runs')
    .addHelpText('after', '\nExample:\n  semester hosts trust asahi')
    .addCommand(trustCommand(io))
    .addCommand(imagesCommand(io));
}

/** `hosts trust`: shows the key that a host offers the worker, and pins it once a person has compared it. */
function trustCommand(io: Io): Command {
  return new Command('trust')
    .description("Pin a host's key in the worker's known_hosts, after comparing its fingerprint")
    .argument('<host>', 'short name, as site.yaml has it')
    .option('--fingerprint <sha256>', 'the whole fingerprint, read elsewhere: asks nothing')
    .option('--replace', 'instead of another key that is pinned, after a reinstall')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nExample:\n  semester hosts trust asahi')
    .action((host: string, { fingerprint, replace = false, json }: Flags) =>
      io.withClient(async (client) => {
        const keys = await inspect(client, 'host-keys', { host });
        const known = keys.offered.find(({ pinned }) => pinned);
        if (known) {
          return io.out(json ? JSON.stringify({ ok: true, pinned: known }) : `${host}: ${known.fingerprint} is pinned`);
        }
        if (!json) io.out(renderKeys(keys));
        if (keys.others.length > 0 && !replace) throw new CliError(EXIT.refused, otherKey(keys));
        const chosen = fingerprint ?? (await askFor(io, keys));
        if (!keys.offered.some((key) => key.fingerprint === chosen)) {
          throw new CliError(EXIT.refused, `${host} does not show ${chosen}. Nothing was pinned.`);
        }
        const proof = await inspect(client, 'trust', { host, fingerprint: chosen, replace });
        return io.out(json ? JSON.stringify({ ok: true, ...proof }, null, 2) : proof.summary);
      }),
    );
}

/** `hosts images`: R8, what each GPU server runs, also between updates. */
function imagesCommand(io: Io): Command {
  return new Command('images')
    .description('Show which image each GPU server runs, and which ones it went back from')
    .option('--site <file>', 'where the names come from', DEFAULT_SITE)
    .option('--json', 'print the table as JSON')
    .addHelpText('after', '\nExample:\n  semester hosts images')
    .action(async ({ site, json }: { site: string; json?: boolean }) => {
      const hosts = (await loadSite(site)).hosts.map(({ name }) => name);
      const images = await io.withClient((client) => inspect(client, 'images', { hosts }));
      io.out(json ? JSON.stringify(images, null, 2) : renderImages(images));
    });
}

/** Hosts by image. */
function renderImages(images: readonly HostImage[]): string {
  const view = new Table({ head: ['host', 'runs', 'went back from'], style: { head: [], border: [] } });
  for (const { host, image, failed, silent } of images) {
    view.push([host, silent === null ? (image ?? 'no image that is known') : `? ${silent}`, failed.join(', ')]);
  }
  return view.toString();
}

/** The keys, and where to compare them. */
function renderKeys({ host, address, offered, others }: HostKeys): string {
  return [
    `${host} (${address}) shows the worker:`,
    ...offered.map(({ type, fingerprint }) => `  ${fingerprint}  ${type}`),
    ...(others.length > 0 ? ['Pinned, and shown no more:'] : []),
    ...others.map(({ type, fingerprint }) => `  ${fingerprint}  ${type}`),
    `Compare on the host's console, not over the network:`,
    '  for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done',
  ].join('\n');
}

const otherKey = ({ host, file }: HostKeys) =>
  `Another key is pinned for ${host} in ${file}. Somebody else may answer there. If ${host} was reinstalled, compare the fingerprint on its console and add --replace. Nothing was pinned.`;

async function askFor(io: Io, { offered }: HostKeys): Promise<string> {
  if (io.ask === null) {
    throw new CliError(EXIT.usage, 'There is no terminal to ask at: add --fingerprint with what the console shows.');
  }
  const typed = (await io.ask(`Type the last ${TYPED} characters of the fingerprint on the host's console:`)).trim();
  const found = typed.length >= TYPED ? offered.find(({ fingerprint }) => fingerprint.endsWith(typed)) : undefined;
  if (found) return found.fingerprint;
  throw new CliError(EXIT.failed, `"${typed}" does not end any of these fingerprints. Nothing was pinned.`);
}
