import { z } from 'zod';
import type { Language, Phase } from '../names.ts';

/** The same in each language that people read. */
type Words = Readonly<Record<Language, string>>;

/** What a rehearsal asks of a semester. */
interface Asked {
  readonly mode: 'update' | 'reinstall';
  readonly formUrl?: string;
}

/** A mail as people will read it, with placeholders for what differs from person to person. */
export interface SampleMail {
  readonly kind: string;
  readonly language: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A page as people will read it, with the form that it links. */
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

/** What all gates declare. */
interface Declared<N extends string> {
  readonly name: N;
  /** What it decides, in one sentence. */
  readonly decides: Words;
  /** In which phase a semester asks at it; null: a semester does not, or `rehearse` cannot know whether it does. */
  readonly phase: Phase | null;
  /** Which semesters ask at it; absent: all. */
  readonly asked?: (semester: Asked) => boolean;
}

/** What `rehearse` can do about a plan: make it, only describe what is known before, or say why not. */
export type Rehearsal = 'plan' | 'outlook' | { readonly later: string };

/** What the file of a plan gate declares. */
interface PlanGateDeclared<
  N extends string,
  B extends z.ZodType,
  O extends z.ZodType,
  R extends Rehearsal,
> extends Declared<N> {
  /** How many approvers it takes where site.yaml does not say. */
  readonly quorum: number;
  /** What will be done and to whom: what the digest covers. */
  readonly binding: B;
  /** What was seen: shown, not compared. */
  readonly observed: O;
  /** What the CLI asks to type before an approval. */
  readonly confirm: (binding: z.infer<B>) => string;
  /** Whether approvers may skip what the gate is about after a rejection. */
  readonly skippable: boolean;
  readonly rehearsal: R;
  /** What an approver reads in full, since it cannot be called back. */
  readonly inFull?: (binding: z.infer<B>) => readonly string[];
  /** Whether `inFull` says all that the first rows say. */
  readonly coversRows?: boolean;
  readonly mails?: (binding: z.infer<B>) => readonly SampleMail[];
  readonly page?: (binding: z.infer<B>) => SamplePage;
  /** The binding without what `mails` shows rendered. */
  readonly brief?: (binding: z.infer<B>) => object;
}

/** What people see of a plan besides its first rows. */
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
  /** Reads a stored plan. @throws PlanShapeError where it is not a plan of this gate, naming the path */
  parse(stored: StoredPlan): { readonly binding: z.infer<B>; readonly observed: z.infer<O> };
  /** @throws PlanShapeError where it is not a binding of this gate, naming the path */
  show(binding: unknown): Shown;
}

/** A plan as it lies in the store, with the name of the gate that it was made for. */
export interface StoredPlan {
  readonly gate: string;
  readonly binding: unknown;
  readonly observed: unknown;
}

/** What is stored or sent does not fit the gate. */
export class PlanShapeError extends Error {
  override readonly name = 'PlanShapeError';
}

/** A gate at which a person works by hand and reports with `done`. */
export interface HandGateSpec<N extends string, V extends string | null> extends Declared<N> {
  readonly kind: 'hand';
  /** What `--value` of `done` must name; null: nothing. */
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
      if (gate !== spec.name) throw new PlanShapeError(`it is a plan of gate ${gate}, not of gate ${spec.name}`);
      return { binding: bindingOf(binding), observed: read(spec.name, 'observed', spec.observed, observed) };
    },
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

/** A part of a binding: a key that is missing or unknown is refused, since approvers saw the whole. */
export const exact = <T extends z.core.$ZodLooseShape>(shape: T) => z.strictObject(shape).readonly();

/** A part of what was seen: a key that is missing is refused. */
export const seen = <T extends z.core.$ZodLooseShape>(shape: T) => z.object(shape).readonly();

export const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

/** By host, account, directory or file. */
export const byName = <T extends z.ZodType>(value: T) => z.record(z.string(), value).readonly();

export const text = z.string();
export const maybe = text.nullable();
export const number = z.number();
export const language = z.enum(['ko', 'en']) satisfies z.ZodType<Language>;
