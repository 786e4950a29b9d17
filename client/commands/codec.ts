import { once } from 'node:events';
import { Command } from 'commander';
import { createCodec } from '../../codec/data-converter.ts';
import { PAYLOAD_KEYS } from '../../codec/keys.ts';
import { serveCodec } from '../../codec/server.ts';
import { CliError, EXIT } from '../exit.ts';
import { keysAtHand, type Io } from '../io.ts';

interface Flags {
  readonly host: string;
  readonly port: string;
  readonly origin: readonly string[];
}

/** Where the Temporal UI of docker-compose.yml and that of a development server are. */
const ORIGINS = [8080, 8233].flatMap((port) => [`http://127.0.0.1:${port}`, `http://localhost:${port}`]);

/** `codec`: lets the Temporal UI and the `temporal` command read what is encrypted, until it is ended. */
export function codecCommand(io: Io): Command {
  return new Command('codec')
    .description('Serve /decode and /encode for the Temporal UI and the temporal command, until Ctrl-C')
    .option('--host <address>', 'whoever reaches it reads everything', '127.0.0.1')
    .option('--port <port>', 'as in the codec endpoint of the UI', '8071')
    .option('--origin <url...>', 'where the UI is; pages of others are refused', ORIGINS)
    .addHelpText(
      'after',
      '\nExample:\n  semester codec &\n  temporal workflow show -w semester/2027-spring --codec-endpoint http://127.0.0.1:8071',
    )
    .action(async ({ host, port, origin }: Flags) => {
      const keys = await keysAtHand();
      if (keys === null) throw new CliError(EXIT.usage, `There is no key to decode with. Set ${PAYLOAD_KEYS}.`);
      const server = await serveCodec({ codec: createCodec(keys), host, port: Number(port), origins: origin });
      io.note(`The codec endpoint is ${server.url}, for pages of ${origin.join(', ')}. Ctrl-C ends it.`);
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      await server.close();
    });
}
