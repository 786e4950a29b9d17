import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../../activities/contract.ts';
import type { WipeProofs } from '../../domain/proof.ts';

/** Needs Temporal's port and the payload key, and no key of an approver. Returns how each act failed. */
export async function attack(taskQueue: string, plan: string, proofs: WipeProofs): Promise<readonly string[]> {
  const acts = proxyActivities<Activities>({
    taskQueue,
    startToCloseTimeout: '1 minute',
    retry: { maximumAttempts: 1 },
  });
  const ref = { workflow: 'semester/2027-spring@run-1', step: 'wipe-homes', round: 1, byHand: false };
  const claims = ['bob', 'carol'].map((by) => ({ by }));
  const failed: string[] = [];
  const attempt = async (name: string, act: () => Promise<unknown>) => {
    try {
      await act();
    } catch (error) {
      failed.push(`${name}: ${String((error as Error).cause)}`);
    }
  };
  await attempt('passGate', () =>
    acts.passGate({ gate: 'wipe', round: 1, digest: plan, startedBy: 'alice', approvals: claims }),
  );
  await attempt('removeMembers', () => acts.removeMembers({ ref, plan }));
  await attempt('drainHost', () => acts.drainHost({ ref, host: 'asahi', keep: [], close: true }));
  await attempt('wipeHomes', () => acts.wipeHomes({ ref, plan, proofs }));
  await attempt('wipeDocker', () => acts.wipeDocker({ ref, plan, host: 'asahi', proofs }));
  return failed;
}
