import { isCancellation } from '@temporalio/workflow';
import type { Proof } from '../domain/proof.ts';
import { installOperatorContext } from './operator/install.ts';
import { mark, newFleet } from './operator/host-table.ts';
import { myRun } from './operator/state.ts';
import { reasonOf } from './operator/steps.ts';
import { long, quick } from './policies.ts';
import { fullImageOf, stageRoot } from './update/follower.ts';

export interface PrepareInput {
  readonly site: string;
  readonly leader: string;
  readonly image: Proof<'image'>;
  readonly hosts: readonly string[];
  /** How many at a time. */
  readonly parallel: number;
  readonly startedBy: string;
  /** Those who may pause it. */
  readonly approvers: readonly string[];
  readonly parent: string;
  /** Name in commands: the workflow's own id. */
  readonly name: string;
}

export interface PrepareResult {
  readonly prepared: readonly string[];
  readonly failed: readonly { readonly host: string; readonly reason: string }[];
}

/**
 * R8 while people still work: followers receive the image and make `root.new` from it, `parallel` at a time. It ends no
 * session and can be undone, so it asks no person: failed hosts are reported and tried again in their wave.
 */
export async function prepareHosts(input: PrepareInput): Promise<PrepareResult> {
  const { image, hosts, leader, site } = input;
  const operator = installOperatorContext({ ...input, kind: 'update', phase: 'update' });
  const fleet = newFleet(leader, hosts);
  operator.state.fleet = fleet;
  fleet.image = image.facts.name;
  const prepared: string[] = [];
  const failed: { host: string; reason: string }[] = [];
  const busy = new Set<string>();
  const full = fullImageOf(operator, { leader, site, image });

  const one = async (host: string) => {
    const ref = { workflow: myRun(), step: `prepare-${host}`, round: 1, byHand: false };
    busy.add(host);
    try {
      await stageRoot(
        long,
        ref,
        { site, host, leader, image },
        { full, received: () => mark(fleet, host, 'received') },
      );
      mark(fleet, host, 'prepared');
      prepared.push(host);
    } catch (error) {
      if (isCancellation(error)) throw error;
      mark(fleet, host, 'not-prepared', reasonOf(error));
      failed.push({ host, reason: reasonOf(error).slice(0, 300) });
    }
    busy.delete(host);
  };
  return operator.run<PrepareResult>(
    async () => {
      const todo = [...hosts];
      const next = async () => {
        for (let host = todo.shift(); host !== undefined; host = todo.shift()) {
          await operator.untilResumed();
          await one(host);
        }
      };
      await Promise.all(Array.from({ length: input.parallel }, next));
      return { prepared, failed };
    },
    async () => {
      const tidy = (host: string) => quick.tidyHost({ workflow: myRun(), host }).catch(() => undefined);
      await Promise.all([...busy].map(tidy));
      return { prepared, failed };
    },
  );
}
