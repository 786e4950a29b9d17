import { z } from 'zod';
import type { UpdateConfig } from '../domain/update-config.ts';
import {
  hostName,
  INNER,
  innerPath,
  judged,
  interval,
  intervalOrZero,
  passing,
  text,
  timeOfDay,
  whole,
} from './fields.ts';

const hostFiles = judged(INNER, (value) => {
  const issue = innerPath.safeParse(value).error?.issues[0];
  if (issue) return issue.message;
  return keepsSystem(value) ? 'files of one host, such as etc/hostname: the image brings all others' : null;
});
/** Whether a pattern names what an image replaces as a whole. */
const keepsSystem = (pattern: string) => {
  const [top = '', second, ...rest] = pattern.split('/');
  if (second === undefined || /[*?[]/.test(top)) return true;
  if (['bin', 'boot', 'dev', 'lib', 'lib64', 'proc', 'run', 'sbin', 'sys', 'tmp'].includes(top)) return true;
  if (top === 'usr') return second !== 'local' || rest.length === 0;
  return rest.length === 0 && /^[*?[\]]+$/.test(second);
};

const wave = z.union([whole('hosts'), passing('a percentage', (value) => /^([1-9]\d?|100)%$/.test(value))], {
  error: 'a number of hosts, or a percentage such as "50%"',
});

/** Files that a host keeps when its root is replaced. */
const PER_HOST = [
  'etc/ssh/ssh_host_*',
  'etc/hostname',
  'etc/hosts',
  'etc/machine-id',
  'etc/fstab',
  'etc/crypttab',
  'etc/systemd/network',
  'etc/network/interfaces',
  'etc/netctl',
  'etc/NetworkManager/system-connections',
  // The host's own key for the ID server: with another host's key nobody signs in by password.
  'etc/bacchus/keypair',
];

/** `update` of site.yaml. */
export const updateSchema = z.strictObject({
  mode: z.enum(['command', 'by-hand'], { error: 'command or by-hand' }).default('command').meta({
    description: 'by-hand: a person updates the leader at hand gate leader-work',
  }),
  command: text('a command').default('pacman -Syu --noconfirm').meta({
    description: 'Updates the leader; runs as root in a writable window',
  }),
  leader: hostName.meta({ description: 'The GPU server that is updated first and imaged' }),
  checks: z.array(text('a command')).default(['nvidia-smi']).meta({
    description: 'Commands that must exit 0 on a host after its reboot',
  }),
  canary: z
    .union([z.literal(false), hostName], { error: 'a GPU server, or false for none' })
    .optional()
    .meta({
      description: 'Follower that boots into the image before gate rollout asks about the rest; default: the first one',
    }),
  waves: z.array(wave).min(1, { error: 'at least one wave' }).default([1, '50%', '100%']).meta({
    description: 'Waves after the canary: a number of hosts, or the share of all followers that then has the image',
  }),
  failureBudget: whole('a whole number of hosts, 1 or more').default(1).meta({
    description:
      'After this many failed hosts the roll-out stops and asks for attention; the other hosts stay untouched',
  }),
  parallel: whole('a whole number, 1 or more').default(6).meta({
    description:
      'How many hosts receive the image at a time; in a semester, also how many hosts of a wave boot into it at a time',
  }),
  keepImages: whole('a whole number, 1 or more').default(3).meta({
    description: 'How many images are kept, in addition to those that are still a parent',
  }),
  confirmWithin: interval('PT10S', 'PT6H').default('PT10M').meta({
    description: 'A host whose boot is not confirmed within this time reverts to its old root',
  }),
  boot: z.enum(['in-root', 'esp'], { error: 'in-root or esp' }).default('in-root').meta({
    description: 'Location of kernel and boot loader: in the root, or on the EFI system partition at layout.esp',
  }),
  perHost: z.array(hostFiles).default(PER_HOST).meta({
    description: 'Files of one host that the image does not replace: globs below /',
  }),
  between: z
    .strictObject({
      announce: intervalOrZero('P60D').default('P3D').meta({
        description: 'How long before the first reboot the announcement is mailed',
      }),
      window: z
        .strictObject({ from: timeOfDay, until: timeOfDay })
        .optional()
        .meta({ description: 'Hours of the day in which hosts may reboot, in the zone of the site' }),
      waitForJobs: intervalOrZero('P60D').default('PT12H').meta({
        description: 'How long to wait for GPU jobs to end before the step asks for attention',
      }),
    })
    .prefault({})
    .meta({ description: 'Updates between semesters, while people work' }),
}) satisfies z.ZodType<UpdateConfig>;
