import type { Language } from './names.ts';
import type { PlanGate } from './gates/index.ts';
import type { HomepageConfig, SurveyConfig } from './reopen-config.ts';
import type { SurveyRule } from './survey-rules.ts';
import type { UpdateConfig } from './update-config.ts';

/** A person who decides at gates. `name` is the value of `by` in their messages. */
interface Approver {
  readonly name: string;
  readonly email: string;
  readonly language: Language;
}

/** A daily time range, `22:00` to `08:00`, in the site's zone; `from` equal to `until`: none. */
export interface Quiet {
  readonly from: string;
  readonly until: string;
}

/** An exempt account: not mailed, removed, ended or wiped, until the end of the day `until` if given. */
export interface Exemption {
  /** Account name on the hosts and on the ID server. */
  readonly user: string;
  /** ISO date, inclusive, in the site's zone. */
  readonly until?: string;
  readonly reason: string;
}

/** How to connect to a host. Secrets are in `worker/secrets.ts`. */
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
  /** GPU name in the post: `RTX 3090`. */
  readonly gpu: string;
  readonly gpuCount: number;
  readonly cpu: string;
  /** Number of hardware threads; compared with the host, not published. */
  readonly cores?: number | undefined;
  readonly memory: string;
}

/** The second machine that stores backups. */
export interface ReplicaHost extends HostAddress {
  /** Mount point of its btrfs top level (subvolid 5). */
  readonly toplevel: string;
  /** Folder of the replicas below its top level: `backups/gpu`. */
  readonly path: string;
}

/**
 * A GPU server that is broken for weeks: the service skips it, and the storage host does not export the homes to it.
 */
export interface Excluded {
  readonly name: string;
  readonly reason: string;
  readonly by: string;
  /** UTC. */
  readonly at: string;
}

/** Paths on hosts: absolute, without `..`. The defaults are those of the runbook. */
interface Layout {
  /** Mount point of the btrfs top level (subvolid 5) on every host. */
  readonly toplevel: string;
  /** Directory of all homes, on GPU hosts and the storage host: `/csehome`. */
  readonly home: string;
  /** Name of the home subvolume below the storage host's top level: `csehome`. */
  readonly homeSubvolume: string;
  /** Folder of backups below the storage host's top level: `backups/gpu`. */
  readonly backups: string;
  /** Directory of the images, below `home`, in the home of a protected account. */
  readonly images: string;
  /** Mount point of the EFI system partition if `update.boot` is `esp`: `/boot`. */
  readonly esp: string;
  /** Directory of all users' rootless Docker data on a GPU host: `/local/.docker`. */
  readonly docker: string;
  /** More directories on GPU hosts whose user data is wiped (`/local/scratch`); default none. */
  readonly alsoWipe: readonly string[];
  /** Folder of snapshots below a GPU host's top level: `snapshots`. */
  readonly snapshots: string;
  /** Folder of job records below each host's top level: `semester`. It is outside every root and survives a reboot. */
  readonly jobs: string;
}

/** The settings that stay from semester to semester: `site.yaml`. `config/` parses it, the worker reads it. */
export interface Site {
  readonly name: string;
  /** IANA zone of all dates: `Asia/Seoul`. */
  readonly zone: string;
  /** Language of plans and of mails without a known recipient. */
  readonly language: Language;
  readonly approvers: readonly Approver[];
  /** How many different approvers each gate needs. */
  readonly quorum: Readonly<Record<PlanGate, number>>;
  readonly approvals: {
    /** Whether a verdict requires an SSH signature; without one, `by` is only a claim. */
    readonly signed: boolean;
    /** OpenSSH allowed_signers file: maps keys to approvers. Read for each verdict. */
    readonly allowedSigners: string;
  };
  readonly notify: {
    /** Whether questions to approvers are also posted to the chat at SEMESTER_WEBHOOK_URL. */
    readonly webhook: boolean;
  };
  /** ISO-8601 duration between two reminders of an open gate or a parked step. */
  readonly remindEvery: string;
  /** Accounts that are always exempt; includes `root` and the account of `ssh.user`. */
  readonly protected: readonly string[];
  readonly keep: readonly Exemption[];
  readonly ssh: {
    /** Administrator account on every host. */
    readonly user: string;
    /** OpenSSH known_hosts file that pins every host's key; `[address]:port` entries for other ports. */
    readonly knownHosts: string;
  };
  readonly layout: Layout;
  readonly storage: HostAddress;
  /** Without excluded hosts. */
  readonly hosts: readonly GpuHost[];
  /** Excluded hosts of site.yaml. Not a key of that file: the store records them. */
  readonly excluded?: readonly (Excluded & GpuHost)[] | undefined;
  /** How the storage host exports the homes; the commands run there as root. */
  readonly exports: {
    /** Lists each GPU server as a client of `layout.home`: `/etc/exports`. */
    readonly file: string;
    /** Command that applies the file: `exportfs -ra`. */
    readonly reload: string;
    /** Command that prints the active exports, one `PATH CLIENT(…)` per line: `exportfs -s`. */
    readonly list: string;
  };
  readonly gpus: {
    /** ISO-8601: interval of GPU samples; absent: no samples, so idle users are unknown. */
    readonly sample?: string | undefined;
  };
  readonly docker: {
    /** The first subordinate id of new ranges; absent: above every id of a real account or group. */
    readonly rangesFrom?: number | undefined;
  };
  /** How sessions are ended. */
  readonly drain: {
    /**
     * ISO-8601 duration between the warning on people's terminals and the end of their sessions: `PT5M`; `PT0S`: no
     * warning.
     */
    readonly warn: string;
  };
  /** What becomes of Docker data and of `layout.alsoWipe`, which no backup holds. */
  readonly wipe: {
    /** ISO-8601 duration in the trash: `P14D`; `off`: deleted at once. */
    readonly trash: string;
    /** Percentage of a file system that the trash leaves free: below it, the oldest is deleted early. */
    readonly minFree: number;
  };
  /** The host that receives a copy of each backup; absent: backups have one copy only. */
  readonly replica?: ReplicaHost | undefined;
  readonly idServer: {
    readonly url: string;
    readonly username: string;
    /** `identifier` of the GPU group. */
    readonly group: string;
    /**
     * Where the members of groups above this one are read, who sign in as well: the ID server's database; `none`: no group
     * contains this one.
     */
    readonly nestedGroups: 'database' | 'none';
    /** Page on which people ask to join the group. */
    readonly joinUrl: string;
  };
  readonly accounts: {
    /** Command that makes a host read the accounts of the ID server now; absent: hosts learn them by themselves. */
    readonly sync?: string | undefined;
  };
  /** Source of e-mail addresses. The postgres connection string is a secret (`ID_DATABASE_URL`). */
  readonly addresses:
    | { readonly source: 'postgres' }
    /** Columns: username,name,email,language */
    | { readonly source: 'csv'; readonly file: string };
  readonly mail: {
    readonly host: string;
    readonly port: number;
    /** `true`: TLS from the first byte; `false`: STARTTLS if offered. */
    readonly secure: boolean;
    readonly username?: string;
    readonly from: string;
    readonly replyTo?: string;
    readonly messagesPerMinute: number;
  };
  readonly survey: SurveyConfig;
  readonly applications: {
    /** `auto`: complete applications are accepted; `review`: approvers approve a daily list first. */
    readonly mode: 'auto' | 'review';
    /** With `review`: time of day in `zone` at which the gate opens: `10:00`. */
    readonly reviewAt: string;
    /** Hours in `zone` in which applicants get no nudge. */
    readonly quiet: Quiet;
    readonly rules: readonly SurveyRule[];
  };
  /** Accounts that are not accepted, until the end of the day `until` if given; only approvers see the reason. */
  readonly banned: readonly Exemption[];
  /** The owner of each secret of the service, and its expiry date; never the secret itself. */
  readonly owners: readonly { readonly secret: string; readonly owner: string; readonly until?: string | undefined }[];
  readonly homepage: HomepageConfig;
  readonly documents: {
    readonly reinstall?: string;
    readonly agreement: string;
  };
  /** Address for questions, printed in mails and in the post. */
  readonly contact: string;
  readonly update: UpdateConfig;
  /** Addresses of the machines that run the worker and Temporal; neither may be a fleet host. */
  readonly service: { readonly workerHost: string; readonly temporalHost: string };
  /**
   * Whether Temporal stores encrypted payloads; with `off`, everyone with access to Temporal can read names and
   * addresses.
   */
  readonly encryption: 'required' | 'off';
  /** Folder of the templates, relative to site.yaml. */
  readonly templates: string;
  /** Folder of the exports, the clones, the journal of acts, and the embedded database if there is one. */
  readonly stateDir: string;
  /** How long personal data stays; see `semester purge`. */
  readonly privacy?: { readonly keep: { readonly names: string; readonly proofs: string } } | undefined;
  readonly backup?:
    | {
        /** Public keys of age, `age1…`. */
        readonly recipients: readonly string[];
        readonly folder: string;
        /** Number of files. */
        readonly keep: number;
      }
    | undefined;
}

/** The part of the site that workflows use: small plain JSON without addresses or paths; recorded in history. */
export interface SiteView {
  /** SHA-256 of the canonical site; part of every plan's binding. */
  readonly digest: string;
  readonly name: string;
  readonly approvers: readonly string[];
  readonly quorum: Readonly<Record<PlanGate, number>>;
  readonly remindEveryMs: number;
  /** Zone and language in which screens show times. */
  readonly zone: string;
  readonly language: Language;
  /** Whether verdicts must be signed. */
  readonly signed: boolean;
  /** Whether questions are also posted to the chat. */
  readonly webhook: boolean;
  readonly storage: string;
  /** Name of the replica host, if the site has one. */
  readonly replica: string | null;
  readonly hosts: readonly string[];
  /** Excluded hosts; not in `hosts`. */
  readonly excluded: readonly string[];
  readonly leader: string;
  /** Who updates the leader. */
  readonly leaderBy: UpdateConfig['mode'];
  readonly rollout: Pick<UpdateConfig, 'canary' | 'waves' | 'failureBudget' | 'parallel'>;
  /** Between semesters. */
  readonly between: {
    /** How long to wait for GPU jobs before the step asks for attention. */
    readonly waitForJobsMs: number;
  };
}
