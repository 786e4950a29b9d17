import { startLab, type LabOptions } from './lab.ts';

/** What `up` asks of the process in the background, as JSON on its command line. */
export type Word = Pick<LabOptions, 'name' | 'hosts' | 'firmwareSeconds' | 'busy'>;

/** What it answers while it starts. */
export type Answer = { readonly progress: string } | { readonly ready: true } | { readonly failed: string };

/** The process in the background: starts a lab and holds it until it gets SIGTERM. */
export async function hold(word: string): Promise<void> {
  const tell = (answer: Answer) => {
    if (process.connected) process.send?.(answer);
  };
  // Whoever asked for the lab has gone before it stood.
  const abandoned = () => process.exit(1);
  process.once('disconnect', abandoned);
  try {
    const lab = await startLab({ ...(JSON.parse(word) as Word), progress: (line) => tell({ progress: line }) });
    process.off('disconnect', abandoned);
    const end = () => void lab.down().then(() => process.exit(0));
    process.once('SIGTERM', end).once('SIGINT', end);
    void lab.ended.then(end);
    tell({ ready: true });
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
  }
  if (process.connected) process.disconnect?.();
}
