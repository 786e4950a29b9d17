import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';

/** A service in the output of `docker-compose config`, with inherited keys filled in. */
export interface Service {
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** `target`: name of the file in /run/secrets; default: that of the secret. */
  readonly secrets?: readonly { readonly source: string; readonly target?: string }[];
  /** `SOURCE:TARGET[:ro]`; a source without a slash names a volume. */
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly restart?: string;
  readonly user?: string;
  readonly init?: boolean;
  readonly read_only?: boolean;
  readonly tmpfs?: readonly string[];
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly cpus?: number;
  readonly pids_limit?: number;
  readonly ulimits?: Readonly<Record<string, unknown>>;
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>;
}
export type Condition = 'service_healthy' | 'service_completed_successfully' | 'service_started';

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  /** Files by secret name. */
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/**
 * Reads docker-compose.yml in `folder`, and overlays over it, by `docker-compose config`; paths are absolute.
 * @throws ExecaError
 */
export async function readCompose(folder: string, ...overlays: string[]): Promise<Compose> {
  // Debian's docker-compose does not know the key `name`, which Docker Compose 2 needs.
  const text = await readFile(path.join(folder, 'docker-compose.yml'), 'utf8');
  const nameless = path.join(folder, '.docker-compose.nameless.yml');
  await writeFile(nameless, text.replace(/^name: .*$/m, ''));
  const files = [nameless, ...overlays.map((file) => path.join(folder, file))].flatMap((file) => ['--file', file]);
  const { stdout } = await execa('docker-compose', [...files, '--project-directory', folder, 'config']);
  await rm(nameless);
  // docker-compose escapes dollars, because its output is a compose file again.
  return parse(stdout.replaceAll('$$', '$'), { merge: true }) as Compose;
}
