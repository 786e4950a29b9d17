import type { Case, CaseOptions, Sample } from '../case.ts';
import { bareReboot, watchLogins } from '../logins.ts';
import { byAnsible, byRunbook, byService, FOLLOWERS, makeImage } from './sides.ts';
import { startStage, type Stage } from '../stage.ts';

const [CANARY, ...OTHERS] = FOLLOWERS;

/**
 * Rolls out an incremental image to five followers, first the canary, then all others: by the service, by the runbook's
 * commands, and by an Ansible playbook, each with its own image. `physical` compares with bare reboots plus `receive`.
 */
export const rollout: Case = {
  goals: {
    'rollout/runbook': { most: 0.45, unit: 'ratio' },
    'rollout/ansible': { most: 0.9, unit: 'ratio' },
    'rollout/ansible-outside-reboots': { most: 0.5, unit: 'ratio' },
    'rollout/physical': { most: 1.2, unit: 'ratio' },
    'downtime/bare-reboot': { most: 1.15, unit: 'ratio' },
  },
  needs: ['program', 'lab', 'temporal', 'ansible'],
  async measure(options) {
    await using stage = await startStage(options);
    const samples: Sample[] = [];
    let parent = 'base';
    for (let n = 1; n <= options.runs; n++) {
      const run = await oneRun(stage, options, { n, parent });
      samples.push(run.sample);
      ({ parent } = run);
    }
    return samples;
  },
};

/** Measures all sides once; every second run reverses their order, so that slow drift affects all sides alike. */
async function oneRun(
  stage: Stage,
  { wanted, progress }: CaseOptions,
  a: { n: number; parent: string },
): Promise<{ sample: Sample; parent: string }> {
  const { lab } = stage;
  let { parent } = a;
  const took: Record<string, number> = {};
  const say = (what: string) => progress(`rollout, run ${a.n}: ${what}`);
  const next = async (side: string) => {
    const image = await makeImage(stage, `2020-01-01-bench-${a.n}-${side}`, parent);
    parent = image.name;
    say(`by ${side}, an image of ${image.bytes} bytes`);
    return image;
  };
  const needs = (...names: string[]) => names.some((name) => wanted.has(name));
  const sides: (() => Promise<void>)[] = [
    async () => {
      say('bare reboots');
      const watch = await watchLogins(lab, CANARY);
      took['canary'] = await bareReboot(lab, [CANARY]);
      took['bareDown'] = await watch.stop();
      if (needs('rollout/physical', 'rollout/ansible-outside-reboots')) took['others'] = await bareReboot(lab, OTHERS);
    },
    async () => {
      say('by the service');
      const watch = await watchLogins(lab, CANARY);
      const { seconds, image } = await byService(stage, a.n);
      took['down'] = await watch.stop();
      took['service'] = seconds;
      parent = image;
    },
  ];
  if (needs('rollout/runbook', 'rollout/physical'))
    sides.push(async () => {
      const { seconds, receive } = await byRunbook(stage, await next('runbook'));
      Object.assign(took, { runbook: seconds, receive });
    });
  if (needs('rollout/ansible', 'rollout/ansible-outside-reboots'))
    sides.push(async () => {
      took['ansible'] = await byAnsible(stage, await next('ansible'));
    });
  for (const side of a.n % 2 === 1 ? sides : sides.toReversed()) await side();
  say(
    Object.entries(took)
      .map(([name, seconds]) => `${name} ${seconds.toFixed(1)} s`)
      .join(', '),
  );
  return { sample: ratiosOf(took), parent };
}

/** Computes the ratios; omits those of sides that were not measured. */
function ratiosOf(took: Record<string, number>): Sample {
  const { service = NaN, runbook = NaN, ansible = NaN, receive = NaN } = took;
  const { canary = NaN, others = NaN, down = NaN, bareDown = NaN } = took;
  const reboots = canary + others;
  const all = {
    'rollout/runbook': service / runbook,
    'rollout/ansible': service / ansible,
    'rollout/ansible-outside-reboots': (service - reboots) / (ansible - reboots),
    'rollout/physical': service / (reboots + receive),
    'downtime/bare-reboot': down / bareDown,
  };
  return Object.fromEntries(Object.entries(all).filter(([, ratio]) => !Number.isNaN(ratio)));
}
