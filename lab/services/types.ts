import type { ParsedMail } from 'mailparser';

/** The ID server and its PostgreSQL, two child processes. Both end with the process that started them. */
export interface LabIdServer {
  readonly url: string;
  /** The service's account; owner of the group, not a member. */
  readonly username: string;
  readonly password: string;
  /** `identifier` of the GPU group. */
  readonly group: string;
  /** Read-only role: `postgres://…`. */
  readonly databaseUrl: string;
  /** Connection string of the superuser, for tests that change rows. */
  readonly adminUrl: string;
  /** Restarts the server, which ends every session. Starts the database too if it is down. */
  restart(): Promise<void>;
  /** Stops the server: connections are refused until `restart`. The database keeps running. */
  stop(): Promise<void>;
  /** Kills the database; resolves when the server has exited too. `restart` starts both again with their data. */
  killDatabase(): Promise<void>;
  /** Adds a pending request, as the join page does. */
  requestJoin(user: string): Promise<void>;
  /** Account names from the database, sorted. */
  members(): Promise<readonly string[]>;
  pending(): Promise<readonly string[]>;
}

export interface MailFault {
  /** `refuse`: 550 for the recipient; `greylist`: 451 for it; `cut`: disconnects after DATA, but stores the mail. */
  readonly kind: 'refuse' | 'greylist' | 'cut';
  /** Only for mails to this address; default any. */
  readonly to?: string;
  /** Number of times; default 1. */
  readonly times?: number;
}

export interface LabSmtp {
  readonly host: string;
  readonly port: number;
  /** Every complete mail, oldest first, parsed from the .eml files. */
  mails(): Promise<ParsedMail[]>;
  failNext(fault: MailFault): void;
  /** Number of connections so far. */
  connections(): number;
}

export interface LabGit {
  /** Bare repository of a small Jekyll site: `file://…`, branch `main`. */
  readonly url: string;
  /** Its folder. */
  readonly bare: string;
  /** Clones the repository; returns the folder. */
  checkout(): Promise<string>;
}

/** The public homepage: Jekyll builds it after each push. */
export interface LabHomepage {
  readonly url: string;
  /** Paths of the published posts: `/2026/08/31/gpu.html`. */
  posts(): Promise<readonly string[]>;
  end(): Promise<void>;
}

/** One answer of the survey. */
interface SurveyRow {
  readonly user: string;
  readonly studentNumber: string;
  readonly email: string;
  readonly docker: boolean;
  readonly terms: boolean;
  /** Default now. */
  readonly at?: Date;
}

export interface LabSurvey {
  readonly file: string;
  add(row: SurveyRow): Promise<void>;
}

export interface LabServices {
  readonly idServer: LabIdServer;
  readonly smtp: LabSmtp;
  readonly git: LabGit;
  readonly homepage: LabHomepage;
  readonly survey: LabSurvey;
  stop(): Promise<void>;
}
