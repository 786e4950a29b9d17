import { randomBytes } from 'node:crypto';
import type { Client, ClientChannel } from 'ssh2';
import type { Script } from './remote.ts';
import { quote } from './quote.ts';

export interface Command {
  readonly script: Script;
  /** The script's text. */
  readonly text: string;
  /** Text of `wrapper.sh`. */
  readonly wrapper: string;
  /** `none`: runs as the login user. */
  readonly sudo: 'none' | 'nopasswd' | 'password';
  readonly password?: string | undefined;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface Outcome {
  /** Null: the connection ended before the exit status, so the outcome is unknown. */
  readonly status: number | null;
  readonly stdout: string;
  /** Without sudo's prompts; the last 16 KB. */
  readonly stderr: string;
  /** Whether sudo started the script. */
  readonly started: boolean;
  readonly ended: 'by-itself' | 'deadline' | 'cancelled';
}

const TAIL = 16 * 1024;
/** After its input ends, the wrapper ends its processes within this time. */
const GRACE_MS = 8_000;

/**
 * Runs a script on an open connection. The password goes only to sudo's prompt, and only if sudo asks. The script's
 * input is sent once the wrapper runs. On timeout or cancellation the input ends, and the wrapper ends the remote
 * processes.
 * @throws Error if no channel opens
 */
export async function execute(client: Client, command: Command): Promise<Outcome> {
  const nonce = randomBytes(12).toString('hex');
  let status: number | null = null;
  const channel = await openChannel(client, commandLine(command, nonce), (code) => (status = code));
  return await new Promise((resolve) => {
    let stdout = Buffer.alloc(0);
    let stderr = '';
    let started = false;
    let asked = 0;
    let ended: Outcome['ended'] = 'by-itself';
    const chunks: Buffer[] = [];

    const end = (why: Outcome['ended']) => () => {
      ended = why;
      channel.end();
      setTimeout(() => channel.close(), GRACE_MS).unref();
    };
    const deadline = setTimeout(end('deadline'), command.deadlineMs);
    const cancel = end('cancelled');
    command.signal?.addEventListener('abort', cancel, { once: true });
    if (command.signal?.aborted) cancel();

    channel.on('data', (chunk: Buffer) => {
      if (started) return void chunks.push(chunk);
      stdout = Buffer.concat([stdout, chunk]);
      const at = stdout.indexOf(`${nonce}\n`);
      if (at < 0) return;
      started = true;
      chunks.push(stdout.subarray(at + nonce.length + 1));
      if (command.script.input !== undefined) channel.write(command.script.input);
    });
    channel.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      if (!started && stderr.includes(nonce)) {
        stderr = stderr.replaceAll(nonce, '');
        // A second prompt means that the password is wrong. A third try might lock the account.
        if (++asked === 1 && command.password !== undefined) channel.write(`${command.password}\n`);
        else channel.end();
      }
      stderr = stderr.slice(-TAIL);
    });
    channel.on('close', () => {
      clearTimeout(deadline);
      command.signal?.removeEventListener('abort', cancel);
      resolve({ status, stdout: Buffer.concat(chunks).toString(), stderr, started, ended });
    });
  });
}

/** Listens for the exit status at once: a quick command's status can be in the same packet as the channel's opening. */
function openChannel(client: Client, line: string, onExit: (code: number | null) => void): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(new Error('the connection was lost'));
    client.once('close', lost);
    client.exec(line, (error, channel) => {
      client.off('close', lost);
      if (error) return reject(error);
      channel.on('exit', onExit);
      return resolve(channel);
    });
  });
}

function commandLine({ script, text, wrapper, sudo, deadlineMs }: Command, nonce: string): string {
  const bytes = script.input === undefined ? 0 : Buffer.byteLength(script.input);
  const seconds = Math.ceil(deadlineMs / 1000) + 5;
  const words = ['setsid', '--wait', 'bash', '-c', wrapper, 'wrapper', nonce, bytes, seconds, text, script.name];
  const rise = { none: [], nopasswd: ['sudo', '-n', '--'], password: ['sudo', '-S', '-p', nonce, '--'] }[sudo];
  return `exec env LC_ALL=C ${[...rise, ...words, ...script.args].map((word) => quote(String(word))).join(' ')}`;
}
