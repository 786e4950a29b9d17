import { execa } from 'execa';
import { parse } from 'yaml';

/** A service in the output of `docker-compose config`, with inherited keys filled in. */
export interface Service {
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly { readonly source: string }[];
  /** `SOURCE:TARGET[:ro]`; a source without a slash names a volume. */
  readonly volumes?: readonly string[];
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

/** Reads docker-compose.yml in `folder` by `docker-compose config`; paths are absolute. @throws ExecaError */
export async function readCompose(folder: string): Promise<Compose> {
  const { stdout } = await execa('docker-compose', ['config'], { cwd: folder });
  // docker-compose escapes dollars, because its output is a compose file again.
  return parse(stdout.replaceAll('$$', '$'), { merge: true }) as Compose;
}
