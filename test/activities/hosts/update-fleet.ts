import { createRemote } from '../../../activities/hosts/remote/ssh.ts';
import { temporaryStore } from '../../support/store.ts';
import { loadSite } from '../../../config/load.ts';
import { startLab } from '../../../lab/lab.ts';
import { loadSecrets } from '../../../worker/secrets.ts';
import type { StepRef } from '../../../domain/step.ts';

/** A lab of some hosts whose accounts have small ids (those of other labs are large), and the update activities' dependencies, wired as in a worker. */
export async function startUpdateFleet(hosts: readonly string[]) {
  const lab = await startLab({ ids: 'small', hosts, busy: false, services: false });
  const site = () => loadSite(lab.siteFile);
  const remote = createRemote({ site, secrets: await loadSecrets(lab.secrets) });
  const clock = () => new Date();
  const store = await temporaryStore(clock);
  return {
    lab,
    /** The output of a command as root inside a host. */
    look: async (host: string, command: string) => (await lab.exec(host, command)).trim(),
    /** Changes a host's read-only root, as a person does. */
    inWindow: (host: string, command: string) =>
      lab.exec(host, `btrfs property set -ts / ro false; ${command}; btrfs property set -ts / ro true`),
    deps: {
      site,
      remote,
      store,
      clock,
      idServer: { members: async () => [], implied: async () => [] },
      rebootDeadlineMs: 60_000,
    },
    async down() {
      await remote.close();
      await store.close();
      await lab.down();
    },
  };
}
export type UpdateFleet = Awaited<ReturnType<typeof startUpdateFleet>>;

/** A step of its own workflow, so that no test finds another test's results. */
export const stepRef = (workflow: string, step: string, changes: Partial<StepRef> = {}): StepRef => ({
  workflow,
  step,
  round: 1,
  byHand: false,
  ...changes,
});
