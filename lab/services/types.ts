import type { ParsedMail } from 'mailparser';

/** The ID server (a child process) on its PostgreSQL (another child). All of it dies with the process that started it. */
export interface LabIdServer {
  readonly url: string;
  /** The service's own account; owner of the group, not a member of it. */
  readonly username: string;
  readonly password: string;
  /** `identifier` of the GPU group. */
  readonly group: string;
  /** Read-only role: `postgres://…`. */
  readonly databaseUrl: string;
  /** Role that may change everything, for tests that arrange rows. */
  readonly adminUrl: string;
  /** Ends every session, as an upgrade of the server does. Starts the database too where it is down. */
  restart(): Promise<void>;
  /** Connections are refused until `restart`. The database goes on. */
  stop(): Promise<void>;
  /** Kills the database; resolves when the server has died of it. `restart` brings both back with their data. */
  crashDatabase(): Promise<void>;
  /** What a user does on the join page. */
  requestJoin(user: string): Promise<void>;
  /** Account names, read from the database afresh, sorted. */
  members(): Promise<readonly string[]>;
  pending(): Promise<readonly string[]>;
}

export interface MailFault {
  /** `refuse`: 550 to the recipient; `greylist`: 451 to the recipient; `cut`: the connection ends after DATA, mail kept. */
  readonly kind: 'refuse' | 'greylist' | 'cut';
  /** Only mails to this address; default any. */
  readonly to?: string;
  /** How many times; default once. */
  readonly times?: number;
}

export interface LabSmtp {
  readonly host: string;
  readonly port: number;
  /** Every mail that was received whole, oldest first, parsed from the .eml files. */
  mails(): Promise<ParsedMail[]>;
  failNext(fault: MailFault): void;
  /** How many connections were made so far. */
  connections(): number;
}

export interface LabGit {
  /** Bare repository of a small Jekyll site: `file://…`, branch `main`. */
  readonly url: string;
  /** Its folder. */
  readonly bare: string;
  /** A fresh clone; returns its folder. */
  checkout(): Promise<string>;
}

/** The homepage as people see it: each push is built by Jekyll, and then served. */
export interface LabHomepage {
  readonly url: string;
  /** Posts that are served, as paths: `/2026/08/31/gpu.html`. */
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
