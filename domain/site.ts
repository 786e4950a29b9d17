import type { Language } from './names.ts';
import type { PlanGate } from './gates/index.ts';
import type { HomepageConfig, SurveyConfig } from './reopen-config.ts';
import type { SurveyRule } from './survey-rules.ts';
import type { UpdateConfig } from './update-config.ts';

/** Somebody who decides at gates. `name` is what they write as `by`. */
interface Approver {
  readonly name: string;
  readonly email: string;
  readonly language: Language;
}

/** A daily span, `22:00` to `08:00`, in the site's zone; from equal to until: none. */
export interface Quiet {
  readonly from: string;
  readonly until: string;
}

/** Somebody who is not mailed, not removed, not ended, not wiped (until the end of the day `until`, if given). */
export interface Kept {
  /** Account name on the hosts and on the ID server. */
  readonly user: string;
  /** ISO date, inclusive, in the site's zone. */
  readonly until?: string;
  readonly reason: string;
}

/** How one host is reached. Secrets are not here: see `worker/secrets.ts`. */
export interface HostAddress {
  /** Short name, unique in the site: `asahi`. */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Whether `sudo` asks for the account's password on this host. */
  readonly sudo: 'nopasswd' | 'password';
}

/** A GPU server. */
export interface GpuHost extends HostAddress {
  /** What the post says of it: `RTX 3090`. */
  readonly gpu: string;
  readonly gpuCount: number;
  readonly cpu: string;
  /** Threads counted; only compared with the host, not said. */
  readonly cores?: number | undefined;
  readonly memory: string;
}

/** The second machine on which backups are kept. */
export interface ReplicaHost extends HostAddress {
  /** Mount point of its btrfs top level (subvolid 5). */
  readonly toplevel: string;
  /** Folder of the replicas below its top level: `backups/gpu`. */
  readonly path: string;
}

/** A GPU server that is broken for weeks: it has no part in anything, and the storage host does not export the homes to it. */
export interface Excluded {
  readonly name: string;
  readonly reason: string;
  readonly by: string;
  /** UTC. */
  readonly at: string;
}

/** Paths on hosts; all absolute, none with `..`. Each default is the runbook's own. */
interface Layout {
  /** Mount point of the btrfs top level (subvolid 5) on every host. */
  readonly toplevel: string;
  /** Every user's home, as GPU hosts and the storage host see it: `/csehome`. */
  readonly home: string;
  /** Name of the home subvolume below the storage host's top level: `csehome`. */
  readonly homeSubvolume: string;
  /** Folder of backups below the storage host's top level: `backups/gpu`. */
  readonly backups: string;
  /** Where images lie, below `home`, in a protected one. */
  readonly images: string;
  /** The EFI system partition, where `update.boot` is `esp`: `/boot`. */
  readonly esp: string;
  /** Every user's rootless Docker data on a GPU host: `/local/.docker`. */
  readonly docker: string;
  /** Folders beside `docker` on GPU hosts (`/local/scratch`) in which everybody's data is deleted too; default none. */
  readonly alsoWipe: readonly string[];
  /** Folder of snapshots below a GPU host's top level: `snapshots`. */
  readonly snapshots: string;
  /** Folder of job records below each host's top level; outside every root, survives a reboot: `semester`. */
  readonly jobs: string;
}

/** What stays from semester to semester: `site.yaml`. Parsed by `config/`, read by the worker. */
export interface Site {
  readonly name: string;
  /** IANA zone in which every date is meant: `Asia/Seoul`. */
  readonly zone: string;
  /** Language of plans and of mails to nobody in particular. */
  readonly language: Language;
  readonly approvers: readonly Approver[];
  /** How many different approvers each gate needs. */
  readonly quorum: Readonly<Record<PlanGate, number>>;
  readonly approvals: {
    /** Whether a verdict counts only with an SSH signature; else `by` is no more than a claim. */
    readonly signed: boolean;
    /** OpenSSH allowed_signers file: which key belongs to which approver. Read at each verdict. */
    readonly allowedSigners: string;
  };
  readonly notify: {
    /** Whether what is asked of people is also posted to a chat, at SEMESTER_WEBHOOK_URL. */
    readonly webhook: boolean;
  };
  /** ISO-8601 duration between two reminders of an open gate or a parked step. */
  readonly remindEvery: string;
  /** Names that nothing ever deletes or ends; always holds `root` and the account of `ssh.user`. */
  readonly protected: readonly string[];
  readonly keep: readonly Kept[];
  readonly ssh: {
    /** Administrator account on every host. */
    readonly user: string;
    /** OpenSSH known_hosts file that pins every host's key; `[address]:port` entries for other ports. */
    readonly knownHosts: string;
  };
  readonly layout: Layout;
  readonly storage: HostAddress;
  /** Without those that are excluded. */
  readonly hosts: readonly GpuHost[];
  /** Hosts of site.yaml that people have excluded; not a key of that file: the store knows them. */
  readonly excluded?: readonly (Excluded & GpuHost)[] | undefined;
  /** How the storage host exports the homes; the commands run there as root. */
  readonly exports: {
    /** Names every GPU server for `layout.home` one by one: `/etc/exports`. */
    readonly file: string;
    /** Makes what the file says take effect: `exportfs -ra`. */
    readonly reload: string;
    /** Prints what is in effect, `PATH CLIENT(…)` a line: `exportfs -s`. */
    readonly list: string;
  };
  readonly gpus: {
    /** ISO-8601: how often it is looked at who runs on which GPU; absent: never, and nobody knows who is idle. */
    readonly sample?: string | undefined;
  };
  /** How sessions are ended. */
  readonly docker: {
    /** The first subordinate id of new ranges; without it: above every id of a real account or group. */
    readonly rangesFrom?: number | undefined;
  };
  readonly drain: {
    /** ISO-8601 duration between the warning on people's terminals and the end of their sessions: `PT5M`; `PT0S`: no warning. */
    readonly warn: string;
  };
  /** Where every backup is sent to as well; without it, there is one copy only. */
  readonly replica?: ReplicaHost | undefined;
  readonly idServer: {
    readonly url: string;
    readonly username: string;
    /** `identifier` of the GPU group. */
    readonly group: string;
    /** Page on which people ask to join the group. */
    readonly joinUrl: string;
  };
  /** Where e-mail addresses come from. A postgres connection string is a secret (`ID_DATABASE_URL`). */
  readonly addresses:
    | { readonly source: 'postgres' }
    /** Columns: username,name,email,language */
    | { readonly source: 'csv'; readonly file: string };
  readonly mail: {
    readonly host: string;
    readonly port: number;
    /** `true`: TLS from the first byte; `false`: STARTTLS where offered. */
    readonly secure: boolean;
    readonly username?: string;
    readonly from: string;
    readonly replyTo?: string;
    readonly messagesPerMinute: number;
  };
  readonly survey: SurveyConfig;
  readonly applications: {
    /** `auto`: who is complete and in order is accepted; `review`: after people have approved the day's list. */
    readonly mode: 'auto' | 'review';
    /** Time of day in `zone` at which the list is asked about, where people review: `10:00`. */
    readonly reviewAt: string;
    /** When nobody is urged to complete an application, in `zone`. */
    readonly quiet: Quiet;
    readonly rules: readonly SurveyRule[];
  };
  /** Who is not accepted, until the end of the day `until`, if given; the reason is for the approvers. */
  readonly banned: readonly Kept[];
  /** Whom to ask for each secret of the service, and until when it is good; never the secret. */
  readonly owners: readonly { readonly secret: string; readonly owner: string; readonly until?: string | undefined }[];
  readonly homepage: HomepageConfig;
  readonly documents: {
    readonly reinstall?: string;
    readonly agreement: string;
  };
  /** Address for questions, printed in mails and in the post. */
  readonly contact: string;
  readonly update: UpdateConfig;
  /** Where the worker and Temporal run, by address; none may be a fleet host. */
  readonly service: { readonly workerHost: string; readonly temporalHost: string };
  /** Whether what Temporal stores is encrypted; `off` leaves names and addresses readable to whoever reaches Temporal. */
  readonly encryption: 'required' | 'off';
  /** Folder of the templates; relative to site.yaml. */
  readonly templates: string;
  /** Folder in which the worker keeps the embedded database, exports and clones. */
  readonly stateDir: string;
}

/** What workflows see of the site: plain, small, without addresses or paths; recorded in history. */
export interface SiteView {
  /** SHA-256 of the canonical site; part of every plan's binding. */
  readonly digest: string;
  readonly name: string;
  readonly approvers: readonly string[];
  readonly quorum: Readonly<Record<PlanGate, number>>;
  readonly remindEveryMs: number;
  /** Whether verdicts must be signed. */
  readonly signed: boolean;
  /** Whether a chat is told as well. */
  readonly webhook: boolean;
  readonly storage: string;
  /** Name of the host that holds the replicas of backups, if there is one. */
  readonly replica: string | null;
  readonly hosts: readonly string[];
  /** Hosts that people have excluded; none of them is among `hosts`. */
  readonly excluded: readonly string[];
  readonly leader: string;
  /** Who updates the leader. */
  readonly leaderBy: UpdateConfig['mode'];
  readonly rollout: Pick<UpdateConfig, 'canary' | 'waves' | 'failureBudget' | 'parallel'>;
  /** Between semesters. */
  readonly between: {
    /** How long GPU jobs may go on before people are asked. */
    readonly waitForJobsMs: number;
  };
}
