import { z } from 'zod';
import type { DeferredKind, Language, Phase } from '../names.ts';

/** One text in each language. */
type Localized = Readonly<Record<Language, string>>;

/** The parts of a semester that decide which gates it asks at. */
interface SemesterShape {
  readonly mode: 'update' | 'reinstall';
  readonly formUrl?: string;
}

/** A rendered mail, with placeholders for personal data. */
export interface SampleMail {
  readonly kind: string;
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A rendered page, with the form that it links to. */
export interface SamplePage {
  readonly title: string;
  readonly path: string;
  readonly content: string;
  readonly formUrl: string;
  readonly form: {
    readonly title: string;
    readonly description: string;
    readonly questions: readonly {
      readonly title: string;
      readonly help: string;
      readonly choices: readonly string[];
    }[];
  };
}

/** The hosts and the image to which a plan limits what is done after it; absent: the plan itself names what is done. */
export interface Reach {
  readonly hosts?: readonly string[];
  readonly image?: { readonly name: string; readonly sha256: string };
}

/** The declaration that all gates share. */
interface Declared<N extends string> {
  readonly name: N;
  /** What it decides, in one sentence. The tables of the documents are written from it. */
  readonly decides: Localized;
  /** The phase in which a semester asks at it; null if no semester does, or if `rehearse` cannot know. */
  readonly phase: Phase | null;
  /** Whether this semester asks at it; absent: every semester does. */
  readonly asked?: (semester: SemesterShape) => boolean;
}

/** How `rehearse` treats a gate: makes its plan, describes what is known before, or prints why neither is possible. */
export type Rehearsal = 'plan' | 'outlook' | { readonly later: string };

/** The declaration of a plan gate. */
interface PlanGateDeclared<
  N extends string,
  B extends z.ZodType,
  O extends z.ZodType,
  R extends Rehearsal,
> extends Declared<N> {
  /** Number of approvers unless site.yaml sets it. */
  readonly quorum: number;
  /** What the service will do, and to whom. The digest covers it. */
  readonly binding: B;
  /** What the service saw. Shown, not compared. */
  readonly observed: O;
  /** The phrase that an approver types to confirm. */
  readonly confirm: (binding: z.infer<B>) => string;
  /** Whether approvers may skip the step after a rejection. */
  readonly skippable: boolean;
  readonly rehearsal: R;
  /** The kind of deferred task that may carry out what people approve here; the audit traces such a task to the gate. */
  readonly deferred?: DeferredKind;
  /** How many days an approval counts; default 30. */
  readonly lastsDays?: number;
  /** The gates of the same workflow whose approvals end when this gate passes. */
  readonly ends?: readonly string[];
  /** What limits the activities that act after the gate and do not name its plan. */
  readonly reach?: (binding: z.infer<B>) => Reach;
  /** Lines that an approver reads in full, because the action is irreversible. */
  readonly inFull?: (binding: z.infer<B>) => readonly string[];
  /** Whether `inFull` repeats everything in the first rows. */
  readonly coversRows?: boolean;
  readonly mails?: (binding: z.infer<B>) => readonly SampleMail[];
  readonly page?: (binding: z.infer<B>) => SamplePage;
  /** The binding without the sources of `mails`. */
  readonly brief?: (binding: z.infer<B>) => object;
}

/** The parts of a plan that people see besides its first rows. */
interface Shown {
  readonly inFull: readonly string[];
  readonly mails: readonly SampleMail[];
  readonly page: SamplePage | null;
  readonly brief: object;
}

/** A gate at which people decide on a plan. */
export interface PlanGateSpec<
  N extends string,
  B extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  R extends Rehearsal = Rehearsal,
> extends PlanGateDeclared<N, B, O, R> {
  readonly kind: 'plan';
  /** Parses a stored plan. @throws PlanShapeError naming the path, if it is not a plan of this gate */
  parse(stored: StoredPlan): { readonly binding: z.infer<B>; readonly observed: z.infer<O> };
  /** Parses a binding and reads its reach. @throws PlanShapeError naming the path, if it is not a binding of this gate */
  reachOf(binding: unknown): Reach;
  /** Parses a binding and renders it. @throws PlanShapeError naming the path, if it is not a binding of this gate */
  show(binding: unknown): Shown;
}

/** A plan in the store, with the name of its gate. */
export interface StoredPlan {
  readonly gate: string;
  readonly binding: unknown;
  readonly observed: unknown;
}

/** A stored or sent plan does not match the schema of its gate. */
export class PlanShapeError extends Error {
  override readonly name = 'PlanShapeError';
}

/** A gate at which a person works by hand, then reports with `done`. */
export interface HandGateSpec<N extends string, V extends string | null> extends Declared<N> {
  readonly kind: 'hand';
  /** What `done --value` must hold; null: no value. */
  readonly value: V;
}

/** Declares a gate at which people decide on a plan. */
export function planGate<const N extends string, B extends z.ZodType, O extends z.ZodType, const R extends Rehearsal>(
  spec: PlanGateDeclared<N, B, O, R>,
): PlanGateSpec<N, B, O, R> {
  const bindingOf = (raw: unknown) => read(spec.name, 'binding', spec.binding, raw);
  return {
    kind: 'plan',
    ...spec,
    parse({ gate, binding, observed }) {
      if (gate !== spec.name) throw new PlanShapeError(`the plan belongs to gate ${gate}, not to gate ${spec.name}`);
      return { binding: bindingOf(binding), observed: read(spec.name, 'observed', spec.observed, observed) };
    },
    reachOf: (raw) => spec.reach?.(bindingOf(raw)) ?? {},
    show(raw) {
      const binding = bindingOf(raw);
      return {
        inFull: spec.inFull?.(binding) ?? [],
        mails: spec.mails?.(binding) ?? [],
        page: spec.page?.(binding) ?? null,
        brief: spec.brief?.(binding) ?? (raw as object),
      };
    },
  };
}

function read<T extends z.ZodType>(gate: string, part: 'binding' | 'observed', schema: T, raw: unknown): z.infer<T> {
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const [{ path, message } = { path: [], message: 'no reason' }] = result.error.issues;
  throw new PlanShapeError(`gate ${gate}: ${[part, ...path].join('.')}: ${message}`);
}

/** Declares a gate at which a person works by hand. */
export const handGate = <const N extends string, const V extends string | null>(
  spec: Omit<HandGateSpec<N, V>, 'kind'>,
): HandGateSpec<N, V> => ({ kind: 'hand', ...spec });

/** An object in a binding. Missing and unknown keys fail, because approvers saw the whole binding. */
export const exact = <T extends z.core.$ZodLooseShape>(shape: T) => z.strictObject(shape).readonly();

/** An object in observed. A missing key fails. */
export const seen = <T extends z.core.$ZodLooseShape>(shape: T) => z.object(shape).readonly();

export const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

/** A record by host, account, directory or file. */
export const byName = <T extends z.ZodType>(value: T) => z.record(z.string(), value).readonly();

export const text = z.string();
export const maybe = text.nullable();
export const number = z.number();
export const language = z.enum(['ko', 'en']) satisfies z.ZodType<Language>;
