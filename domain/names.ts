/** Names that code, CLI, configuration and documents share. */

export const PHASES = [
  'notice',
  'lockout',
  'drain',
  'backup',
  'wipe',
  'prune',
  'update',
  'reopen',
  'applications',
] as const;
export type Phase = (typeof PHASES)[number];

/** The phases in the order in which a semester runs them. */
export function phasesOf(order: 'wipe-first' | 'update-first'): readonly Phase[] {
  if (order === 'wipe-first') return PHASES;
  const others: readonly Phase[] = PHASES.filter((phase) => phase !== 'update');
  return others.toSpliced(others.indexOf('drain'), 0, 'update');
}

export type Language = 'ko' | 'en';

/** Account names that the hosts' tools accept, those of LDAP with dots too. Other names never reach a shell. */
export const ACCOUNT_NAME = /^[a-z_][a-z0-9_.-]{0,31}$/;

/** Id of a semester's parent workflow. */
export const semesterWorkflowId = (name: string) => `semester/${name}`;
export const updateWorkflowId = (name: string) => `update/${name}`;
export const applicationsWorkflowId = (name: string) => `applications/${name}`;
export const hostWorkflowId = (host: string) => `host/${host}`;
export const siteWorkflowId = (site: string) => `site/${site}`;

/** Excludes a host (`exclude`) or takes it back (`include`). */
export const excludeWorkflowId = (what: 'exclude' | 'include', host: string) => `${what}/${host}`;

/** Updates a published post. */
export const publishWorkflowId = (semester: string) => `publish/${semester}`;

/** Grants Docker ranges only; the id contains no account name. */
export const dockerWorkflowId = (name: string) => `docker/${name}`;

/** Rolls hosts back to their previous root. */
export const rollbackWorkflowId = (name: string) => `rollback/${name}`;

export const restoreWorkflowId = (name: string) => `restore/${name}`;

export const TASK_QUEUE = 'gpu-semester';

/** The kinds of deferred tasks. */
export type DeferredKind = 'docker' | 'image' | 'open-logins' | 'wipe-docker';
