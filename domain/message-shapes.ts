import { bytesOf } from './bytes.ts';
import { applicationsWorkflowId, type DeferredKind } from './names.ts';
import type { Unchecked } from './verdict.ts';

/** Why a value is refused, as the rest of a sentence that begins with the field's name; null: it has the right shape. */
type Check = (value: unknown) => string | null;

/** The fields of a message, each with its check. Other fields are dropped. */
export type Shape = Readonly<Record<string, Check>>;

/** Maximum lengths in characters. What is kept of a message passes to later runs, to children and to activities. */
const NAME = 256;
const WORKFLOW = 1000;
const SENTENCE = 2000;
const SIGNATURE = 8000;
/** Maximum bytes of a whole message. The server ends a run that passes on more than 2 MB at once, and some messages are passed on together. */
const MESSAGE_BYTES = 100_000;
/** Of messages that name every host, or every question. */
const LONG_BYTES = 500_000;
const LONG: readonly string[] = ['deferTask', 'childWaits'];

const lengthRefusal = (value: string, most: number) =>
  value.length > most ? `has ${value.length} characters: it may have ${most} at most` : null;

const text =
  (most: number): Check =>
  (value) =>
    typeof value !== 'string' || value === ''
      ? 'is missing: it must be a non-empty string'
      : lengthRefusal(value, most);

/** May be empty. */
const anyText =
  (most: number, what = 'must be a string'): Check =>
  (value) =>
    typeof value === 'string' ? lengthRefusal(value, most) : what;

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined ? null : check(value);

const nullable =
  (check: Check): Check =>
  (value) =>
    value === null ? null : check(value);

const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.some((known) => known === value) ? null : `must be ${values.join(' or ')}`;

const integer =
  (hint: string): Check =>
  (value) =>
    Number.isInteger(value) ? null : `is missing: it must be an integer${hint}`;

const listOf =
  (what: string, most: number, check: Check): Check =>
  (value) => {
    if (!Array.isArray(value) || value.some((one) => check(one) !== null)) return `must be a list of ${what}`;
    return value.length > most ? `has ${value.length} entries: it may have ${most} at most` : null;
  };

const instant: Check = (value) =>
  typeof value === 'string' && value.length < 40 && !Number.isNaN(Date.parse(value)) ? null : 'must be a time';

const object =
  (shape: Shape, what = 'must be an object'): Check =>
  (value) => {
    if (typeof value !== 'object' || value === null) return what;
    const why = fieldRefusal(value as Unchecked, shape);
    return why === null ? null : `${what}: ${why}`;
  };

const by = text(NAME);
const reason = text(SENTENCE);
const order = { by, reason };
const step = { step: text(NAME), ...order, value: optional(anyText(SENTENCE)) };
const names = listOf('account names', 5000, text(NAME));
const verdict = {
  gate: text(NAME),
  digest: text(NAME),
  by,
  round: integer('. `semester status` shows the current round'),
  comment: optional(anyText(SENTENCE)),
  waive: optional(names),
  signature: optional(anyText(SIGNATURE, 'must be a string: the complete output of ssh-keygen -Y sign')),
};
const date = optional(text(NAME));
const exemptions = listOf('exemptions', 5000, object({ user: text(NAME), reason: anyText(SENTENCE) }));
const eitherVerdict = oneOf('approve', 'reject');
const workflow = text(WORKFLOW);
/** Only such a workflow stops accepting, and an approver can end it: the next semester waits for it. */
const applications: Check = (value) =>
  workflow(value) ??
  (String(value).startsWith(applicationsWorkflowId('')) ? null : 'must be the id of an applications workflow');
const holder = { workflow, purpose: text(WORKFLOW) };
const waiting = object({
  key: text(WORKFLOW),
  since: instant,
  sentence: anyText(20_000),
  commands: listOf('commands', 20, anyText(WORKFLOW)),
});

/**
 * The shape of each message that a workflow receives. Those of workflows to each other are checked too: anyone who can
 * reach Temporal can send them, for example with two clicks in its UI.
 */
export const SHAPES = {
  approve: verdict,
  reject: verdict,
  decide: { verdict: eitherVerdict, ...verdict },
  retry: step,
  done: { ...step, signature: optional(anyText(SIGNATURE)) },
  skip: step,
  abort: order,
  pause: order,
  resume: order,
  keep: { user: text(NAME), until: date, ...order },
  unkeep: { user: text(NAME), ...order },
  reschedule: { deadline: date, periodFrom: date, periodUntil: date, applicationsUntil: date, ...order },
  bounce: { who: text(SENTENCE), by },
  resend: { user: text(NAME), ...order },
  judge: {
    verdict: eitherVerdict,
    by,
    users: names,
    reason: optional(anyText(SENTENCE)),
    at: text(NAME),
    signature: optional(anyText(SIGNATURE)),
  },

  request: holder,
  release: { ...holder, applications: optional(applications) },
  granted: { lock: workflow, purpose: text(WORKFLOW), applications: nullable(applications) },
  acceptsApplications: { workflow: nullable(applications), stopped: optional(applications) },
  stopAccepting: { tell: workflow },
  datesMoved: {
    calendar: object({
      notices: listOf('times', 100, instant),
      noticeGateOpens: instant,
      deadline: instant,
      periodFrom: instant,
      periodUntil: instant,
      applicationsUntil: instant,
    }),
  },
  acceptingStopped: { workflow },
  childWaits: { workflow, waiting: listOf('questions', 200, waiting) },
  budgetSpent: {},
  deferTask: {
    kind: oneOf('docker', 'image', 'open-logins', 'wipe-docker'),
    users: optional(names),
    image: optional(object({ facts: object({ name: text(NAME) }) })),
    leader: optional(text(NAME)),
    keep: optional(exemptions),
    inWindow: optional((value) => (value === true ? null : 'must be true')),
    plan: optional(text(NAME)),
    proofs: optional(object({ keep: exemptions })),
    by: optional(object({ workflow, run: text(NAME) })),
  },
  endDeferred: { kind: text(NAME) },
  wake: {},
} as const satisfies Readonly<Record<string, Shape>>;

export type MessageName = keyof typeof SHAPES;

const fieldRefusal = (message: Unchecked, shape: Shape): string | null => {
  for (const [key, check] of Object.entries(shape)) {
    const why = check(message[key]);
    if (why !== null) return `"${key}" ${why}`;
  }
  return null;
};

/** What a deferred task needs besides its kind. */
const TASK_NEEDS: Readonly<Record<DeferredKind, readonly string[]>> = {
  docker: ['users'],
  image: ['image'],
  'open-logins': [],
  'wipe-docker': ['plan', 'proofs'],
};

/** Why a message is refused because of its shape; null: not refused. Names the first wrong field. Pure. */
export function shapeRefusal(name: MessageName, raw: unknown): string | null {
  const shape: Shape = SHAPES[name];
  if (Object.keys(shape).length === 0) return null;
  const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
  if (!isObject) return `the message must be one JSON object with ${Object.keys(shape).join(', ')}`;
  const why = fieldRefusal(raw as Unchecked, shape);
  if (why !== null) return why;
  const known = knownFields<Unchecked>(name, raw as Unchecked);
  const missing = name === 'deferTask' && TASK_NEEDS[known['kind'] as DeferredKind].find((key) => !(key in known));
  if (missing) return `"${missing}" is missing: a task ${String(known['kind'])} needs it`;
  const [bytes, most] = [bytesOf(known), LONG.includes(name) ? LONG_BYTES : MESSAGE_BYTES];
  return bytes > most ? `the message has ${bytes} bytes: it may have ${most} at most` : null;
}

/** The fields of a message that its shape names. Others could be of any size, and what is kept passes to later runs. Pure. */
export function knownFields<T extends object>(name: MessageName, message: T): T {
  const fields = Object.entries(message).filter(
    ([key, value]) => Object.hasOwn(SHAPES[name], key) && value !== undefined,
  );
  return Object.fromEntries(fields) as T;
}
