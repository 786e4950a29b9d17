import { startLab, type LabOptions } from './lab.ts';
import { startService, type ServicePorts } from './service.ts';
import { takeName } from './standing.ts';

/** Options that `up` passes to the background process, as JSON on its command line. */
export type HoldRequest = {
  readonly name: string;
  /** Start Temporal and a worker too, at these ports. */
  readonly service?: ServicePorts;
} & Pick<LabOptions, 'kind' | 'hosts' | 'firmwareSeconds' | 'busy' | 'services'>;

/** Messages of the background process while it starts. */
export type HoldMessage = { readonly progress: string } | { readonly ready: true } | { readonly failed: string };

/** The background process: starts a lab and holds it until SIGTERM. */
export async function hold(request: string): Promise<void> {
  const tell = (answer: HoldMessage) => {
    if (process.connected) process.send?.(answer);
  };
  // The parent exited before the lab was up.
  const abandoned = () => process.exit(1);
  process.once('disconnect', abandoned);
  try {
    const asked = JSON.parse(request) as HoldRequest;
    await takeName(asked.name);
    const progress = (line: string) => tell({ progress: line });
    const lab = await startLab({ ...asked, progress });
    const stopService = asked.service && (await startService(lab, asked.service, progress));
    process.off('disconnect', abandoned);
    const stop = async () => {
      await stopService?.();
      await lab.down();
    };
    const end = () => void stop().then(() => process.exit(0));
    process.once('SIGTERM', end).once('SIGINT', end);
    void lab.ended.then(end);
    tell({ ready: true });
  } catch (error) {
    tell({ failed: error instanceof Error ? error.message : String(error) });
    if (process.connected) process.disconnect?.();
    // What has started already would keep the process.
    process.exit(1);
  }
  if (process.connected) process.disconnect?.();
}
