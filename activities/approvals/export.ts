import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import { canonicalText, digestOf } from '../../domain/digest.ts';
import type { Site } from '../../domain/site.ts';
import type { AuditExport } from '../../signing/export-format.ts';
import { readMessages } from '../../texts/messages.ts';
import { trashLeftBehind } from '../hosts/trash/places.ts';
import type { Store } from '../store/store.ts';
import type { ApprovalActivities } from './contract.ts';
import { historiesOfHosts, historiesWithChildren, signersOf } from './histories.ts';

export interface ExportDependencies {
  readonly site: () => Promise<Site>;
  readonly store: Pick<Store, 'getDocument' | 'getNamed'>;
  readonly client: Client;
  readonly clock: () => Date;
}

/** Writes the file for `semester audit`. It holds names, so that only the service's account can read it. */
export function exportHistory(dependencies: ExportDependencies): ApprovalActivities['exportHistory'] {
  return async ({ semester, workflow, run }) => {
    const site = await dependencies.site();
    const { stateDir } = site;
    const own = await historiesWithChildren(dependencies.client, { workflow, run });
    const executions = [...own, ...(await historiesOfHosts(dependencies.client, own))];
    const allowedSigners = await signersOf(dependencies.store, executions);
    const content = {
      format: 1,
      semester,
      workflow,
      run,
      at: dependencies.clock().toISOString(),
      executions,
      allowedSigners,
    };
    const exported: AuditExport = { ...content, format: 1, digest: digestOf(content) };

    const folder = path.join(stateDir, 'exports', encodeURIComponent(semester));
    const file = path.join(folder, `${run}.json`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const part = `${file}.${process.pid}.part`;
    await writeFile(part, `${canonicalText(exported)}\n`, { mode: 0o600, flush: true });
    await rename(part, file);
    const events = executions.reduce((sum, one) => sum + one.events.length, 0);
    const say = await readMessages(site, site.language);
    const left = (await trashLeftBehind(dependencies.store, site)).map(({ host, paths }) =>
      [say('doctor.trash.left', { host, paths: paths.join(', ') }), say('doctor.trash.leftRemedy', { host })].join(
        '. ',
      ),
    );
    return { file, digest: exported.digest, executions: executions.length, events, left };
  };
}
