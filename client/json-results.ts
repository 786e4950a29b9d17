import { z } from 'zod';

/** What each command prints as `result` with `--json`. Times are UTC. A new key may come at any time; one that goes raises `JSON_VERSION`. */

const { string, number, boolean, unknown, literal } = z;
const list = <T extends z.ZodType>(of: T) => z.array(of).readonly();
const maybe = string().nullable();

const proof = z
  .object({
    what: string(),
    at: string(),
    summary: string(),
    facts: unknown(),
    how: z.enum(['service', 'found', 'by-hand']),
  })
  .meta({ id: 'Proof', description: 'Something verified' });
const waiting = z
  .object({ key: string(), since: string(), sentence: string(), commands: list(string()) })
  .meta({ id: 'Waiting', description: 'What a run waits for, with the commands to type' });
const worker = z
  .object({
    polling: boolean(),
    identities: list(string()),
    workers: list(z.object({ site: string(), keys: list(string()) })),
    version: maybe,
    lastSeen: maybe,
  })
  .meta({ id: 'Worker' });
const gate = z
  .object({
    gate: string(),
    workflowId: string(),
    run: string(),
    signed: boolean(),
    round: number(),
    state: z.enum(['open', 'approved', 'rejected', 'empty', 'done', 'closed']),
    openedAt: string(),
    needed: number(),
    approvals: list(z.object({ by: string(), at: string() })),
    plan: z.object({ digest: string(), headline: string() }).optional(),
  })
  .meta({ id: 'Gate' });
const message = z.object({ at: string(), message: string(), by: string() });
const status = z
  .object({
    workflowId: string(),
    kind: string(),
    phase: string(),
    paused: boolean(),
    steps: list(
      z.object({
        step: string(),
        phase: string(),
        state: z.enum(['running', 'done', 'attention', 'skipped', 'by-hand', 'failed']),
        round: number(),
        safety: boolean(),
        reason: string().optional(),
        proof: proof.optional(),
        by: string().optional(),
      }),
    ),
    gates: list(gate),
    refused: list(message),
    accepted: list(message),
    next: z.object({ at: string(), what: string() }).nullable(),
    waitingFor: list(waiting),
    children: list(string()),
    kept: list(string()),
  })
  .meta({ id: 'Status' });
const report = z
  .object({
    workflowId: string(),
    type: string(),
    state: string().describe('RUNNING, COMPLETED, FAILED, CANCELED, TERMINATED, …'),
    startedAt: string(),
    closedAt: maybe,
    versions: z.object({ started: maybe, last: maybe }),
    status: status.nullable().describe('Null when no worker answers'),
    memo: z.record(string(), unknown()).readonly(),
    stuck: z.object({ attempt: number(), since: string().nullable(), cause: string() }).nullable(),
    activities: list(
      z.object({ name: string(), attempt: number(), lastFailure: maybe, heartbeat: unknown(), nextAttempt: maybe }),
    ),
    children: list(unknown()).describe('Reports of the same shape'),
    worker,
  })
  .meta({ id: 'Report' });
const check = z
  .object({
    check: string(),
    title: string(),
    where: string(),
    state: z.enum(['ok', 'warning', 'wrong', 'cleaned', 'skipped']),
    found: string(),
    remedy: string(),
  })
  .meta({ id: 'Check' });
const started = z.object({ workflowId: string(), worker }).meta({ id: 'Started' });
const startedRun = started.extend({ runId: string() });
const sent = z
  .object({
    workflow: string(),
    message: string(),
    counts: boolean().nullable().describe('Null: the workflow has not handled it yet'),
  })
  .meta({ id: 'Sent', description: 'A message to a workflow' });
const use = z
  .object({
    gpu: string(),
    pid: number(),
    user: string(),
    memoryMiB: number(),
    utilisation: number().nullable(),
    since: string(),
    command: string(),
  })
  .meta({ id: 'GpuUse' });
const gpus = z.union([
  z.object({
    host: string(),
    at: string(),
    gpus: list(
      z.object({
        index: string(),
        name: string(),
        memoryMiB: number(),
        usedMiB: number(),
        utilisation: number().nullable(),
      }),
    ),
    uses: list(use.extend({ host: string(), screen: boolean() })),
  }),
  z.object({ host: string(), problem: string() }).describe('A host that could not be checked'),
]);
const holder = use.extend({ host: string(), idleSince: maybe, idleSamples: number() });
const left = z.object({ name: string(), at: string(), argument: unknown() });
const judged = z
  .object({
    workflow: string(),
    time: string(),
    statement: unknown(),
    counts: boolean(),
    key: maybe,
    reason: maybe,
  })
  .meta({ id: 'Judged' });
const decided = z
  .object({
    gate: string(),
    round: number(),
    approvals: list(string()),
    needed: number(),
    state: z.enum(['waiting', 'approved', 'rejected']),
  })
  .meta({ id: 'Decided' });
const count = number();

/** By the first word of the command. */
export const RESULTS = {
  check: z.object({
    issues: list(
      z.object({
        file: string(),
        line: number().nullable(),
        column: number().nullable(),
        key: string(),
        found: string(),
        expected: string(),
        remedy: string().optional(),
      }),
    ),
    warnings: list(string()).describe('What is not there yet, and need not be before the start'),
    calendar: z
      .object({ deadline: string(), notices: list(string()), periodFrom: string(), periodUntil: string() })
      .nullable(),
  }),
  doctor: z.object({ at: string(), site: string(), checks: list(check) }),
  hosts: z.union([
    z
      .object({ pinned: z.object({ type: string(), fingerprint: string() }), proof: proof.nullable() })
      .describe('trust'),
    list(z.object({ host: string(), image: maybe, failed: list(string()), silent: maybe })).describe('images'),
  ]),
  host: z.union([started.describe('exclude, include'), proof.describe('open')]),
  rehearse: z.object({
    site: string(),
    semester: unknown(),
    at: string(),
    calendar: list(z.tuple([string(), string()]).readonly()),
    quorum: list(z.object({ gate: string(), needed: number() })),
    approvers: list(string()),
    gates: list(
      z.object({
        gate: string(),
        state: z.enum(['planned', 'later', 'failed']),
        notes: list(string()),
        plan: unknown(),
        instructions: maybe,
      }),
    ),
  }),
  start: startedRun,
  list: list(
    z.object({
      semester: string(),
      site: maybe,
      state: string(),
      phase: maybe,
      deadline: maybe,
      startedAt: string(),
      endedAt: maybe,
      version: maybe,
    }),
  ),
  status: report,
  replay: z.object({
    replayed: count,
    failed: list(
      z.object({
        workflowId: string(),
        failure: z.object({
          event: z.object({ id: number(), type: string() }).nullable(),
          reason: string(),
          places: list(string()),
        }),
      }),
    ),
    unchecked: list(z.object({ workflowId: string(), reason: string() })),
  }),
  watch: z.object({
    findings: list(z.object({ check: string(), about: string(), since: maybe, found: string(), remedy: string() })),
    failed: list(string()).describe('Alarms that could not be sent'),
  }),
  repair: list(z.object({ workflow: string(), applied: list(left), leftOut: list(left) })),
  plan: z.object({
    gate,
    plan: z.object({ digest: string(), binding: unknown(), observed: unknown() }).nullable(),
  }),
  approve: decided,
  reject: decided,
  retry: sent,
  done: sent,
  skip: sent,
  abort: sent,
  keep: sent,
  unkeep: sent,
  reschedule: sent,
  pause: sent,
  resume: sent,
  applications: z.union([
    z
      .object({
        lines: list(z.object({ user: string(), state: string(), since: maybe, nudges: count, notes: list(string()) })),
        unusable: list(string()),
      })
      .describe('list'),
    sent.describe('approve, reject'),
  ]),
  docker: z.object({ workflowId: string(), proofs: list(proof) }),
  update: startedRun,
  rollback: started,
  mails: list(
    z.object({
      person: string(),
      kind: string(),
      edition: number(),
      state: string(),
      answer: maybe,
      at: maybe,
    }),
  ),
  bounce: sent,
  resend: sent,
  backups: z.object({
    storage: string(),
    replica: maybe,
    silent: maybe,
    rows: list(
      z.object({
        name: string(),
        days: number().nullable(),
        bytes: z.object({ total: number(), own: number() }).nullable(),
        readOnly: boolean(),
        nested: count,
        replica: z.enum(['whole', 'partly', 'missing', 'unknown']).nullable(),
        mayGoAfter: maybe,
        stays: maybe,
      }),
    ),
  }),
  restore: started,
  publish: started,
  preview: z.object({
    to: maybe,
    subject: string(),
    text: string(),
    html: string(),
    known: boolean(),
    examples: list(string()),
  }),
  gpus: z.union([list(gpus), list(holder).describe('with --idle')]),
  handover: z.object({
    site: string(),
    approvers: list(z.object({ name: string(), email: string() })),
    quorum: z.record(string(), number()).readonly(),
    secrets: list(z.object({ secret: string(), owner: maybe, until: maybe })),
    running: list(
      z.object({
        workflowId: string(),
        waitingFor: list(waiting).nullable(),
        silent: maybe,
        dates: list(z.tuple([string(), string()]).readonly()),
      }),
    ),
    closed: list(check).nullable(),
    trash: list(check).nullable(),
  }),
  audit: z.object({
    semester: string(),
    digest: string(),
    starts: list(judged),
    verdicts: list(judged),
    judgements: list(judged.extend({ people: count })),
    reports: list(judged).describe('of work by hand'),
    actions: list(
      z.object({
        workflow: string(),
        time: string(),
        name: string(),
        gate: string(),
        digest: string(),
        needed: number(),
        approvedBy: list(string()),
        enough: boolean(),
        reason: maybe,
        notWaived: list(string()),
      }),
    ),
    others: list(z.object({ workflow: string(), type: string(), acts: count })),
    notCompared: list(string()).describe('sources that the audit could not compare, and how to give access'),
    problems: list(string()),
  }),
  keys: z.object({ id: string(), key: string() }),
  backup: z.object({ file: string(), bytes: number(), parts: list(string()), deleted: list(string()) }),
  'restore-service': z.object({ made: string(), site: string(), version: string(), parts: list(string()) }),
  recover: z.object({ text: string() }),
  purge: z.object({
    semesters: list(z.object({ semester: string(), mails: count })),
    plans: count,
    documents: count,
    proofs: count,
    exports: list(string()),
    records: z.record(string(), count.nullable()).readonly(),
  }),
  store: z.object({ rows: count, kept: string() }),
  init: z.object({
    files: list(z.object({ file: string(), state: z.enum(['written', 'was there']) })),
    found: list(string()),
    open: list(string()),
    check: list(string()),
    next: list(z.object({ what: string(), type: list(string()) })),
  }),
} as const;

/** The version of the shape. */
export const JSON_VERSION = 1;

const shapeOf = (command: z.ZodType, result: z.ZodType) =>
  z.strictObject({
    version: literal(JSON_VERSION),
    command,
    ok: boolean().describe('Whether the exit code is 0'),
    code: number().int().describe('The exit code'),
    error: maybe.describe('What is wrong and what to do; null where there is nothing to add to the result'),
    result: result.nullable(),
  });

/** The output of every command with `--json`: the same six keys whether it succeeds or fails. */
export const jsonOutput = z.union([
  ...Object.entries(RESULTS).map(([command, result]) => shapeOf(literal(command), result)),
  shapeOf(string(), z.null()).describe('A command that failed before it had a result'),
]);

export type Results = { readonly [C in keyof typeof RESULTS]: z.infer<(typeof RESULTS)[C]> };
