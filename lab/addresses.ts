import { connect } from 'node:net';

/** The storage host of every lab. */
export const STORAGE = 'oloroso';

/** The machine that stores replicas of backups; booted only with `replica: true`. */
export const REPLICA = 'pinga';

/** The GPU servers of a complete lab, in the order of their addresses. */
export const GPU_HOSTS = ['asahi', 'bernini', 'cojito', 'derby', 'eggnog', 'faust'] as const;

/** Hosts whose sudo asks for the administrator's password. */
export const SUDO_WITH_PASSWORD: readonly string[] = ['bernini', 'faust'];

/** SSH port of every host, on its own loopback address. */
export const SSH_PORT = 2222;

/** Loopback address of lab `number`'s `at`-th host; 0 is the storage host. */
export const hostAddress = (number: number, at: number) => `127.${number}.0.${10 + at}`;

/** Loopback address for a lab's services. */
export const serviceAddress = (number: number) => `127.${number}.0.1`;

/** Whether an SSH server sends its banner at `address` within `ms` milliseconds. */
export function answersSsh(address: string, ms = 1000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: SSH_PORT });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(ms, () => end(false));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.once('data', (data) => end(data.toString('latin1').startsWith('SSH-2.0-')));
  });
}
