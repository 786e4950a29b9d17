import { execa } from 'execa';
import { parse } from 'yaml';

/** A service as `docker-compose config` writes it: what it inherits filled in. */
export interface Service {
  readonly image: string;
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly { readonly source: string }[];
  /** `SOURCE:TARGET[:ro]`; a source without a slash is a named volume. */
  readonly volumes?: readonly string[];
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, { readonly condition: Condition }>>;
}
export type Condition = 'service_healthy' | 'service_completed_successfully' | 'service_started';

export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  /** Files by the names of the secrets. */
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}

/** Reads docker-compose.yml in `folder` through its own tool, paths made absolute. @throws ExecaError with what is wrong in it */
export async function readCompose(folder: string): Promise<Compose> {
  const { stdout } = await execa('docker-compose', ['config'], { cwd: folder });
  // It escapes each dollar for another reading as a compose file.
  return parse(stdout.replaceAll('$$', '$'), { merge: true }) as Compose;
}
