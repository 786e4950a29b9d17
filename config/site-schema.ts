import { join } from 'node:path';
import { z } from 'zod';
import type { Site } from '../domain/site.ts';
import { applicationsSchema, banned, ownersSchema } from './applications-schema.ts';
import {
  absolutePath,
  address,
  email,
  hostName,
  innerPath,
  interval,
  intervalOrZero,
  kept,
  language,
  line,
  localPath,
  mailbox,
  port,
  slug,
  text,
  userName,
  webUrl,
  whole,
  zone,
} from './fields.ts';
import { homepageSchema, surveySchema } from './reopen-schema.ts';
import { updateSchema } from './update-schema.ts';

const needed = (fallback: number) => whole('a whole number of approvers, 1 or more').default(fallback);

const hostKeys = {
  name: hostName.meta({ description: 'Short name, unique in the site', examples: ['asahi'] }),
  address: address.meta({ description: 'DNS name or IP address', examples: ['asahi.snucse.org'] }),
  port: port.default(22),
  sudo: z.enum(['nopasswd', 'password'], { error: 'nopasswd or password' }).default('nopasswd').meta({
    description: 'Whether sudo asks for the password of the account (SEMESTER_SSH_PASSWORD) on this host',
  }),
};

const gpuHost = z.strictObject({
  ...hostKeys,
  gpu: line('a GPU model').meta({ description: 'What the post says', examples: ['RTX 3090'] }),
  gpuCount: whole('a whole number, 1 or more').default(1),
  cpu: line('a CPU model').meta({ examples: ['Xeon Silver 4210'] }),
  cores: whole('a whole number, 1 or more')
    .optional()
    .meta({ description: 'Threads counted; gate publish compares it' }),
  memory: line('an amount of memory').meta({ examples: ['128 GB'] }),
});

const layout = z
  .strictObject({
    toplevel: absolutePath.default('/root/btrfs-toplevel').meta({
      description: 'Mount point of the btrfs top level (subvolid 5) on every host; an fstab entry',
    }),
    home: absolutePath.default('/csehome').meta({ description: 'Every home, as all hosts see it' }),
    homeSubvolume: innerPath.default('csehome').meta({ description: 'The subvolume of the homes on the storage host' }),
    backups: innerPath.default('backups/gpu').meta({ description: 'Where backups lie on the storage host' }),
    images: absolutePath.default('/csehome/bacchus/images').meta({
      description: 'Where images lie; in the home of a protected account, so that a wipe leaves them',
    }),
    esp: absolutePath.default('/boot').meta({ description: 'EFI system partition, where update.boot is esp' }),
    docker: absolutePath.default('/local/.docker').meta({ description: 'Rootless Docker data on a GPU server' }),
    alsoWipe: z.array(absolutePath).default([]).meta({
      description:
        'Folders beside docker on GPU servers, such as /local/scratch, in which everything else is wiped too',
    }),
    snapshots: innerPath.default('snapshots').meta({ description: 'Snapshots of the root on a GPU server' }),
    jobs: innerPath.default('semester').meta({ description: 'Records of remote jobs; outside every root' }),
  })
  .prefault({});

const mail = z.strictObject({
  host: address,
  port: port.default(587),
  secure: z.boolean().default(false).meta({ description: 'true: TLS from the first byte; false: STARTTLS' }),
  username: line('an SMTP account').optional().meta({ description: 'Its password is SEMESTER_SMTP_PASSWORD' }),
  from: mailbox.meta({ examples: ['Bacchus <gpu@snucse.org>'] }),
  replyTo: mailbox.optional(),
  messagesPerMinute: whole('a whole number, 1 or more').default(30),
});

/** `site.yaml`. The rules across keys are in site-rules.ts; `loadSite` applies both. */
export const siteSchema = z.strictObject({
  name: slug('bacchus').meta({ description: 'Names the workflow site/NAME', examples: ['bacchus'] }),
  zone: zone.default('Asia/Seoul').meta({ description: 'IANA zone in which every date is meant' }),
  language: language.default('ko').meta({ description: 'Language of plans, and of mails to nobody in particular' }),
  approvers: z
    .array(
      z.strictObject({
        name: slug('kim').meta({ description: 'What they write as `by`' }),
        email,
        language: language.default('ko'),
      }),
      { error: 'a list of approvers' },
    )
    .min(1, { error: 'at least one approver' })
    .meta({ description: 'Who decides at gates' }),
  quorum: z
    .strictObject({
      notice: needed(1),
      removal: needed(1),
      wipe: needed(2),
      prune: needed(1),
      rollout: needed(1),
      publish: needed(1),
      applications: needed(1),
      restore: needed(1),
      exclude: needed(1),
      rollback: needed(1),
    })
    .prefault({})
    .meta({ description: 'How many different approvers each gate needs' }),
  approvals: z
    .strictObject({
      signed: z.boolean().default(true).meta({
        description: 'Whether a verdict counts only with an SSH signature; without, `by` is only a claim',
      }),
      allowedSigners: localPath.default('allowed_signers').meta({
        description:
          'allowed_signers file of ssh-keygen: NAME namespaces="gpu-semester" KEY, one line for each approver',
      }),
    })
    .prefault({})
    .meta({ description: 'How approvers prove that it is them' }),
  notify: z
    .strictObject({
      webhook: z.boolean().default(false).meta({
        description: 'Whether what is asked is also posted to a chat; its address is SEMESTER_WEBHOOK_URL',
      }),
    })
    .prefault({}),
  remindEvery: interval.default('P1D').meta({ description: 'Between two reminders of an open gate' }),
  protected: z.array(userName).default(['bacchus', 'root']).meta({
    description: 'Names that nothing ever deletes or ends; with bacchus and root',
  }),
  keep: z.array(kept).default([]).meta({ description: 'Who is kept every semester' }),
  ssh: z
    .strictObject({
      user: userName.default('bacchus').meta({ description: 'Administrator account on every host' }),
      knownHosts: localPath.default('known_hosts').meta({ description: 'known_hosts file that pins every host key' }),
    })
    .prefault({}),
  layout,
  storage: z.strictObject(hostKeys).meta({ description: 'The host that holds the homes' }),
  hosts: z.array(gpuHost).min(1, { error: 'at least one GPU server' }).meta({ description: 'The GPU servers' }),
  exports: z
    .strictObject({
      file: absolutePath.default('/etc/exports').meta({
        description: 'On the storage host; names every GPU server for the homes, one by one',
      }),
      reload: text('a command')
        .default('exportfs -ra')
        .meta({ description: 'Makes it take effect; runs there as root' }),
      list: text('a command').default('exportfs -s').meta({
        description: 'Prints what is in effect, PATH CLIENT(…) a line; runs there as root',
      }),
    })
    .prefault({})
    .meta({ description: 'How a host that is excluded is kept away from the homes' }),
  gpus: z
    .strictObject({
      sample: interval.optional().meta({
        description: 'How often the worker looks who runs on which GPU, for semester gpus --idle; without it: never',
        examples: ['PT10M'],
      }),
    })
    .prefault({}),
  docker: z
    .strictObject({
      rangesFrom: z
        .int({ error: 'a whole number' })
        .min(100_000, { error: 'at least 100000: accounts have the ids below' })
        .max(4_000_000_000, { error: 'at most 4000000000: ids end at 2^32' })
        .optional()
        .meta({
          description:
            'The first subordinate id of new Docker ranges; without it: above every id of a real account or group',
          examples: [2_000_000],
        }),
    })
    .prefault({}),
  drain: z
    .strictObject({
      warn: intervalOrZero.default('PT5M').meta({
        description: 'Between the warning on the terminals of whoever is logged in and the end of their sessions',
      }),
    })
    .prefault({}),
  replica: z
    .strictObject({
      ...hostKeys,
      toplevel: absolutePath.default('/root/btrfs-toplevel').meta({
        description: 'Mount point of its btrfs top level (subvolid 5); an fstab entry',
      }),
      path: innerPath.default('backups/gpu').meta({ description: 'Where the replicas lie, below its top level' }),
    })
    .optional()
    .meta({ description: 'Another machine, to which every backup is sent before anything is wiped' }),
  idServer: z
    .strictObject({
      url: webUrl.meta({ examples: ['https://id.snucse.org'] }),
      username: line('an account name').meta({ description: 'Owns the group; its password is SEMESTER_ID_PASSWORD' }),
      group: line('the identifier of a group').meta({ examples: ['gpu'] }),
      joinUrl: webUrl.meta({ description: 'Page on which people ask to join' }),
    })
    .meta({ description: 'The ID server' }),
  addresses: z
    .discriminatedUnion('source', [
      z.strictObject({ source: z.literal('postgres') }),
      z.strictObject({ source: z.literal('csv'), file: localPath }),
    ])
    .default({ source: 'postgres' })
    .meta({ description: 'Where e-mail addresses come from; postgres: SEMESTER_ID_DATABASE_URL' }),
  mail,
  survey: surveySchema,
  applications: applicationsSchema,
  banned: z.array(banned).default([]).meta({ description: 'Who is not accepted; only approvers see why' }),
  owners: ownersSchema,
  homepage: homepageSchema,
  documents: z.strictObject({
    reinstall: webUrl.optional().meta({ description: 'How to reinstall a GPU server by hand' }),
    agreement: webUrl.meta({ description: 'The terms of use' }),
  }),
  contact: email.meta({ description: 'Address for questions, in mails and in the post' }),
  update: updateSchema,
  service: z
    .strictObject({ workerHost: address, temporalHost: address })
    .meta({ description: 'Where the worker and Temporal run; never on a host that the semester reboots' }),
  encryption: z.enum(['required', 'off'], { error: 'required or off' }).default('required').meta({
    description: 'Whether what Temporal stores is encrypted, with SEMESTER_PAYLOAD_KEYS; nothing starts without a key',
  }),
  templates: localPath.default(join(import.meta.dirname, '..', 'templates')).meta({
    description: 'Folder of the mail, post and form templates; without it: those that came with the program',
  }),
  stateDir: localPath.default('/var/lib/gpu-semester').meta({
    description: 'Where the worker keeps the embedded database, exports and clones',
  }),
}) satisfies z.ZodType<Site>;
