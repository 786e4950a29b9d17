import { once } from 'node:events';
import { Command } from 'commander';
import { createCodec } from '../../codec/data-converter.ts';
import { PAYLOAD_KEYS } from '../../codec/keys.ts';
import { serveCodec } from '../../codec/server.ts';
import { CliError, EXIT } from '../exit.ts';
import { loadPayloadKeys, type Io } from '../io.ts';

interface Flags {
  readonly host: string;
  readonly port: string;
  readonly origin: readonly string[];
}

/** Origins of the Temporal UI: of docker-compose.yml, and of a development server. */
const ORIGINS = [8080, 8233].flatMap((port) => [`http://127.0.0.1:${port}`, `http://localhost:${port}`]);

/** `codec`: serves a codec endpoint, with which the Temporal UI and the `temporal` command decrypt. Ends on a signal. */
export function codecCommand(io: Io): Command {
  return new Command('codec')
    .description('Serve /decode and /encode for the Temporal UI and the temporal command, until Ctrl-C')
    .option('--host <address>', 'address to listen on; everyone who reaches it reads everything', '127.0.0.1')
    .option('--port <port>', 'port to listen on; the codec endpoint of the UI must name it', '8071')
    .option('--origin <url...>', 'origins of the UI; requests of other pages are refused', ORIGINS)
    .addHelpText(
      'after',
      '\nExample:\n  semester codec &\n  temporal workflow show -w semester/2027-spring --codec-endpoint http://127.0.0.1:8071',
    )
    .action(async ({ host, port, origin }: Flags) => {
      const keys = await loadPayloadKeys();
      if (keys === null)
        throw new CliError(EXIT.usage, `There is no payload key. Set ${PAYLOAD_KEYS} or ${PAYLOAD_KEYS}_FILE.`);
      const server = await serveCodec({ codec: createCodec(keys), host, port: Number(port), origins: origin }).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'EADDRINUSE') throw error;
          throw new CliError(EXIT.usage, `Port ${port} of ${host} is in use. Choose another one: --port PORT`);
        },
      );
      io.note(`The codec endpoint is ${server.url}, for pages of ${origin.join(', ')}. Ctrl-C stops it.`);
      await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
      await server.close();
    });
}
