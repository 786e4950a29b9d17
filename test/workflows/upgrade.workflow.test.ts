import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { failureConverterPath } from '../../codec/data-converter.ts';
import { readManifest, recordedVersions } from '../support/recorded.ts';
import { endsAtOnce, startRun, type Run } from '../support/run.ts';
import { realTime, workflowBundle } from '../support/temporal.ts';

const TOP = path.join(import.meta.dirname, '../..');

/** The workflows of a commit. */
async function bundleOf(commit: string): Promise<WorkflowBundleOption> {
  const folder = await mkdtemp(path.join(tmpdir(), 'semester-old-'));
  try {
    const archive = ['archive', commit, 'workflows', 'domain', 'codec', 'package.json', 'tsconfig.json'];
    await execa('git', archive, { cwd: TOP, encoding: 'buffer' }).pipe('tar', ['-x', '-C', folder]);
    await symlink(path.join(TOP, 'node_modules'), path.join(folder, 'node_modules'));
    return await bundleWorkflowCode({
      workflowsPath: path.join(folder, 'workflows/index.ts'),
      workflowInterceptorModules: [path.join(folder, 'workflows/interceptors.ts')],
      payloadConverterPath: path.join(folder, 'codec/payload-converter.ts'),
      failureConverterPath,
      logger: new DefaultLogger('ERROR'),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a semester left behind; hosts work side by side, in any order. */
const leftBy = ({ world, semester }: Run) => ({
  log: world.log.map(({ what }) => what).toSorted(),
  mails: world.mails.map(({ kind, to }) => `${kind} ${to}`.replace(semester.name, 'NAME')).toSorted(),
  homes: [...world.homes].toSorted(),
  members: [...world.members].toSorted(),
  closed: [...world.closed.keys()],
});

test('a semester that the newest recorded version began, and that is upgraded while a gate is half approved, ends as an undisturbed one', async (context) => {
  const commit = process.env['UPGRADE_FROM'] ?? (await readManifest((await recordedVersions()).at(-1)!)).commit;
  const { exitCode } = await execa('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: TOP, reject: false });
  if (exitCode !== 0) return context.skip(`commit ${commit} is not in this checkout: git fetch --unshallow`);
  const [before, one, other] = await Promise.all([bundleOf(commit), realTime(), realTime()]);
  try {
    await using undisturbed = await startRun(one, endsAtOnce);
    await using upgraded = await startRun(other, endsAtOnce, {}, () => {}, before);
    const upgrade = async () => {
      await upgraded.approveAll(['notice', 'removal']);
      await upgraded.until('gate wipe', (s) => s.waitingFor.some(({ key }) => key === 'gate:wipe'));
      await upgraded.decide('bob', 'wipe');
      await upgraded.upgrade(workflowBundle());
      await upgraded.decide('carol', 'wipe');
      await upgraded.approveAll();
      return upgraded.handle.result();
    };
    const whole = async () => {
      await undisturbed.approveAll();
      return undisturbed.handle.result();
    };
    const [{ outcome }] = await Promise.all([upgrade(), whole()]);
    expect(outcome).toBe('finished');
    expect(leftBy(upgraded)).toEqual(leftBy(undisturbed));
  } finally {
    await Promise.all([one.teardown(), other.teardown()]);
  }
  return undefined;
});
