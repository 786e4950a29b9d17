import type { Unchecked } from './verdict.ts';

/** Why a value is refused, as the rest of a sentence that begins with the field's name; null: it has the right shape. */
type Check = (value: unknown) => string | null;

/** The fields of a message, each with its check. Other fields are ignored. */
export type Shape = Readonly<Record<string, Check>>;

/** Maximum lengths in characters. What is kept of a message passes to later runs, to children and to activities. */
const NAME = 256;
const WORKFLOW = 1000;
const SENTENCE = 2000;
const SIGNATURE = 8000;

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
const eitherVerdict = oneOf('approve', 'reject');
const workflow = text(WORKFLOW);
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
  release: { ...holder, applications: optional(workflow) },
  granted: { lock: workflow, purpose: text(WORKFLOW), applications: nullable(workflow) },
  acceptsApplications: { workflow: nullable(workflow) },
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
  deferTask: { kind: oneOf('docker', 'image', 'open-logins', 'wipe-docker') },
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

/** Why a message is refused because of its shape; null: not refused. Names the first wrong field. Pure. */
export function shapeRefusal(name: MessageName, raw: unknown): string | null {
  const shape: Shape = SHAPES[name];
  if (Object.keys(shape).length === 0) return null;
  const isObject = typeof raw === 'object' && raw !== null && !Array.isArray(raw);
  return isObject
    ? fieldRefusal(raw as Unchecked, shape)
    : `the message must be one JSON object with ${Object.keys(shape).join(', ')}`;
}
