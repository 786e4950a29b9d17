import { join } from 'node:path';
import { forEachPlanGate } from '../domain/gates/index.ts';
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
  reminderInterval,
  intervalOrOff,
  intervalOrZero,
  kept,
  language,
  line,
  localPath,
  offset,
  passing,
  mailbox,
  port,
  serverUrl,
  serviceUrl,
  slug,
  stateFolder,
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
  gpu: line('a GPU model').meta({ description: 'GPU model, for the post on the homepage', examples: ['RTX 3090'] }),
  gpuCount: whole('a whole number, 1 or more').default(1),
  cpu: line('a CPU model').meta({ examples: ['Xeon Silver 4210'] }),
  cores: whole('a whole number, 1 or more')
    .optional()
    .meta({ description: 'Number of threads; gate publish compares it with the host' }),
  memory: line('an amount of memory').meta({ examples: ['128 GB'] }),
});

/** Where homes are, unless site.yaml says otherwise. */
export const HOME = '/csehome';

const layout = z.strictObject({
  toplevel: absolutePath.default('/root/btrfs-toplevel').meta({
    description: 'Mount point of the btrfs top level (subvolid 5) on every host; an fstab entry',
  }),
  home: absolutePath.default(HOME).meta({ description: 'Folder of the homes on every host' }),
  homeSubvolume: innerPath.default('csehome').meta({ description: 'Subvolume of the homes on the storage host' }),
  backups: innerPath.default('backups/gpu').meta({ description: 'Folder of the backups on the storage host' }),
  images: absolutePath.meta({
    description:
      'Folder of the images; in the home of a protected account, which a wipe keeps; default: images in the home of ssh.user',
    examples: ['/csehome/bacchus/images'],
  }),
  esp: absolutePath
    .default('/boot')
    .meta({ description: 'Mount point of the EFI system partition, if update.boot is esp' }),
  docker: absolutePath
    .default('/local/.docker')
    .meta({ description: 'Folder of rootless Docker data on a GPU server' }),
  alsoWipe: z.array(absolutePath).default([]).meta({
    description:
      'More folders on GPU servers that are wiped too; each has the same parent as docker, such as /local/scratch',
  }),
  snapshots: innerPath
    .default('snapshots')
    .meta({ description: 'Folder of the snapshots of the root on a GPU server' }),
  jobs: innerPath.default('semester').meta({ description: 'Folder of the records of remote jobs; outside every root' }),
});

const mail = z.strictObject({
  host: address,
  port: port.default(587),
  secure: z.boolean().default(false).meta({ description: 'true: TLS from the first byte; false: STARTTLS' }),
  username: line('an SMTP account').optional().meta({ description: 'Its password is SEMESTER_SMTP_PASSWORD' }),
  from: mailbox.meta({ examples: ['Bacchus <gpu@snucse.org>'] }),
  replyTo: mailbox.optional(),
  messagesPerMinute: whole('a whole number, 1 or more').default(30),
});

/** `site.yaml`. site-rules.ts checks across keys; `loadSite` applies both. */
export const siteSchema = z.strictObject({
  name: slug('bacchus').meta({ description: 'Names the workflow site/NAME', examples: ['bacchus'] }),
  zone: zone.default('Asia/Seoul').meta({ description: 'IANA time zone of every date' }),
  language: language.default('ko').meta({ description: 'Language of plans and forms, and default language of mails' }),
  approvers: z
    .array(
      z.strictObject({
        name: slug('kim').meta({ description: 'The value of `by` in their messages' }),
        email,
        language: language.default('ko'),
      }),
      { error: 'a list of approvers' },
    )
    .min(1, { error: 'at least one approver' })
    .meta({ description: 'People who decide at gates' }),
  quorum: z
    .strictObject(forEachPlanGate(({ quorum }) => needed(quorum)))
    .prefault({})
    .meta({ description: 'How many different approvers each gate needs' }),
  approvals: z
    .strictObject({
      signed: z.boolean().default(true).meta({
        description: 'Whether a verdict requires an SSH signature; without one, `by` is only a claim',
      }),
      allowedSigners: localPath.default('allowed_signers').meta({
        description:
          'allowed_signers file of ssh-keygen: NAME namespaces="gpu-semester" KEY, one line for each approver',
      }),
    })
    .prefault({})
    .meta({ description: 'How approvers authenticate' }),
  notify: z
    .strictObject({
      webhook: z.boolean().default(false).meta({
        description: 'Whether requests to approvers are also posted to a chat, at the address SEMESTER_WEBHOOK_URL',
      }),
    })
    .prefault({}),
  remindEvery: reminderInterval.default('P1D').meta({ description: 'Time between two reminders of an open gate' }),
  protected: z.array(userName, { error: 'a list of account names' }).meta({
    description: 'Names that nothing ever deletes or ends; default: root and ssh.user, which the list must hold',
    examples: [['bacchus', 'root']],
  }),
  keep: z.array(kept).default([]).meta({ description: 'Accounts that are exempt in every semester' }),
  ssh: z.strictObject({
    user: userName.meta({ description: 'Administrator account on every host', examples: ['bacchus'] }),
    knownHosts: localPath.default('known_hosts').meta({ description: 'known_hosts file that pins every host key' }),
  }),
  layout,
  storage: z.strictObject(hostKeys).meta({ description: 'The host that holds the homes' }),
  hosts: z.array(gpuHost).min(1, { error: 'at least one GPU server' }).meta({ description: 'The GPU servers' }),
  exports: z
    .strictObject({
      file: absolutePath.default('/etc/exports').meta({
        description: 'Exports file on the storage host; it lists every GPU server separately as a client of the homes',
      }),
      reload: text('a command')
        .default('exportfs -ra')
        .meta({ description: 'Applies the file; runs as root on the storage host' }),
      list: text('a command').default('exportfs -s').meta({
        description: 'Prints the active exports, one PATH CLIENT(…) per line; runs as root on the storage host',
      }),
    })
    .prefault({})
    .meta({ description: 'How the service withdraws the homes from an excluded host' }),
  gpus: z
    .strictObject({
      sample: interval('PT1M', 'P1D')
        .optional()
        .meta({
          description:
            'How often the worker samples which account uses which GPU, for semester gpus --idle; default: never',
          examples: ['PT10M'],
        }),
    })
    .prefault({}),
  docker: z
    .strictObject({
      rangesFrom: z
        .int({ error: 'a whole number' })
        .min(100_000, { error: 'at least 100000: lower ids belong to accounts and the system' })
        .max(4_000_000_000, { error: 'at most 4000000000: ids end at 2^32' })
        .optional()
        .meta({
          description:
            'The first subordinate id of new Docker ranges; without it, or where an account or group has a higher id: above every such id',
          examples: [2_000_000],
        }),
    })
    .prefault({}),
  drain: z
    .strictObject({
      warn: intervalOrZero('P1D').default('PT5M').meta({
        description: 'Time between the warning on the terminals of logged-in users and the end of their sessions',
      }),
    })
    .prefault({}),
  wipe: z
    .strictObject({
      trash: intervalOrOff('PT1H', 'P366D')
        .default('P14D')
        .meta({
          description:
            'How long deleted Docker data and folders of layout.alsoWipe stay in the trash of their host; off: deleted at once, without a way back',
          examples: ['P14D', 'off'],
        }),
      minFree: z
        .int({ error: 'a whole number' })
        .min(0, { error: 'a percentage from 0 to 90' })
        .max(90, { error: 'a percentage from 0 to 90' })
        .default(10)
        .meta({
          description:
            'Percentage of a file system: while less is free, its oldest trash is deleted early; 0: never early',
        }),
    })
    .prefault({}),
  replica: z
    .strictObject({
      ...hostKeys,
      toplevel: absolutePath.default('/root/btrfs-toplevel').meta({
        description: 'Mount point of its btrfs top level (subvolid 5); an fstab entry',
      }),
      path: innerPath.default('backups/gpu').meta({ description: 'Folder of the replicas, below its top level' }),
    })
    .optional()
    .meta({ description: 'Another machine that receives every backup before a wipe' }),
  idServer: z
    .strictObject({
      url: serverUrl.meta({ description: 'Its address, without a path', examples: ['https://id.snucse.org'] }),
      username: line('an account name').meta({
        description: 'Account that owns the group; its password is SEMESTER_ID_PASSWORD',
      }),
      group: line('the identifier of a group').meta({ examples: ['gpu'] }),
      nestedGroups: z.enum(['database', 'none'], { error: 'database or none' }).default('database').meta({
        description:
          'Whose members sign in through a group above this one is read from the database at SEMESTER_ID_DATABASE_URL; none: no group contains this one, and nobody looks',
      }),
      joinUrl: serviceUrl.meta({ description: 'Page on which people ask to join' }),
    })
    .meta({ description: 'The ID server' }),
  accounts: z
    .strictObject({
      sync: text('a command')
        .optional()
        .meta({
          description:
            'Makes a GPU server read the accounts of the ID server now; runs there as root, for 120 seconds at most. Without it, a new account waits until the server has learned it by itself',
          examples: ['systemctl start bacchus-nss-sync.service'],
        }),
    })
    .prefault({})
    .meta({ description: 'How GPU servers learn the accounts of the ID server' }),
  addresses: z
    .discriminatedUnion('source', [
      z.strictObject({ source: z.literal('postgres') }),
      z.strictObject({ source: z.literal('csv'), file: localPath }),
    ])
    .default({ source: 'postgres' })
    .meta({ description: 'Source of e-mail addresses; postgres: the database at SEMESTER_ID_DATABASE_URL' }),
  mail,
  survey: surveySchema,
  applications: applicationsSchema,
  banned: z
    .array(banned)
    .default([])
    .meta({ description: 'Accounts that are not accepted; only approvers see the reason' }),
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
    .meta({ description: 'Machines of the worker and of Temporal; never a host that the semester reboots' }),
  encryption: z.enum(['required', 'off'], { error: 'required or off' }).default('required').meta({
    description:
      'required: encrypts payloads in Temporal with SEMESTER_PAYLOAD_KEYS; the worker does not start without a key',
  }),
  templates: localPath.default(join(import.meta.dirname, '..', 'templates')).meta({
    description: 'Folder of the mail, post and form templates; default: those of the program',
  }),
  stateDir: stateFolder.default('/var/lib/gpu-semester').meta({
    description: 'Folder of the exports, the clones, the journal of acts, and the embedded database if there is one',
  }),
  privacy: z
    .strictObject({
      keep: z
        .strictObject({
          names: offset('P50Y').default('P6M').meta({
            description: 'Ledger, plans, lists, exports and records of jobs; what a running semester needs stays',
          }),
          proofs: offset('P50Y').default('P2Y').meta({ description: 'Counts, digests and times, without names' }),
        })
        .prefault({}),
    })
    .optional()
    .meta({ description: 'How long personal data stays before semester purge deletes it; default: P6M and P2Y' }),
  backup: z
    .strictObject({
      recipients: z
        .array(
          passing('a recipient of age: age1 and 58 letters or digits', (value) => /^age1[0-9a-z]{58,}$/.test(value)),
        )
        .min(1, { error: 'at least one recipient' })
        .meta({
          description: 'Public keys of age-keygen; the people with the secret keys can read the backups',
          examples: [['age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p']],
        }),
      folder: localPath
        .default('/var/backups/gpu-semester')
        .meta({ description: 'Folder of the backups of the service' }),
      keep: whole('a whole number of files, 1 or more').default(14).meta({ description: 'How many files stay there' }),
    })
    .optional()
    .meta({ description: 'How semester backup backs up the service itself' }),
}) satisfies z.ZodType<Site>;
