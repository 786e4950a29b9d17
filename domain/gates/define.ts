import { z } from 'zod';
import type { Language, Phase } from '../names.ts';

/** A text in each language. */
type Localized = Readonly<Record<Language, string>>;

/** The part of a semester that decides which gates a rehearsal covers. */
interface RehearsedSemester {
  readonly mode: 'update' | 'reinstall';
  readonly formUrl?: string;
}

/** A rendered mail, with placeholders for values that differ per person. */
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

/** The declaration that all gates share. */
interface Declared<N extends string> {
  readonly name: N;
  /** One sentence: what the gate decides. */
  readonly decides: Localized;
  /** The topic in mails to the approvers. */
  readonly subject: Localized;
  /** The phase in which a semester opens the gate; null: no semester does, or `rehearse` cannot know. */
  readonly phase: Phase | null;
  /** Whether a semester opens the gate; absent: all do. */
  readonly asked?: (semester: RehearsedSemester) => boolean;
}

/** How `rehearse` treats a plan: it makes it, describes it in advance, or explains why it cannot. */
export type Rehearsal = 'plan' | 'outlook' | { readonly later: string };

/** The declaration of a plan gate. */
interface PlanGateDeclared<
  N extends string,
  B extends z.ZodType,
  O extends z.ZodType,
  R extends Rehearsal,
> extends Declared<N> {
  /** Default quorum. */
  readonly quorum: number;
  /** Schema of the binding: what is done to whom. The digest covers it. */
  readonly binding: B;
  /** Schema of the observed part, which is shown and not compared. */
  readonly observed: O;
  /** The text that the CLI asks the approver to type. */
  readonly confirm: (binding: z.infer<B>) => string;
  /** Whether approvers may skip the gate after a rejection. */
  readonly skippable: boolean;
  readonly rehearsal: R;
  /** The lines that an approver must read in full, because the action cannot be undone. */
  readonly inFull?: (binding: z.infer<B>) => readonly string[];
  /** Whether `inFull` contains everything that the first rows contain. */
  readonly coversRows?: boolean;
  readonly mails?: (binding: z.infer<B>) => readonly SampleMail[];
  readonly page?: (binding: z.infer<B>) => SamplePage;
  /** The binding without the parts that `mails` renders. */
  readonly brief?: (binding: z.infer<B>) => object;
}

/** The parts of a plan that are shown in addition to its first rows. */
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
  /** Parses a stored plan. @throws PlanShapeError with the path, if it is not a plan of this gate */
  parse(stored: StoredPlan): { readonly binding: z.infer<B>; readonly observed: z.infer<O> };
  /** @throws PlanShapeError with the path, if it is not a binding of this gate */
  show(binding: unknown): Shown;
}

/** A plan in the store, with the name of its gate. */
export interface StoredPlan {
  readonly gate: string;
  readonly binding: unknown;
  readonly observed: unknown;
}

/** A stored or received plan does not fit the gate's schema. */
export class PlanShapeError extends Error {
  override readonly name = 'PlanShapeError';
}

/** A gate at which a person works by hand and reports with `done`. */
export interface HandGateSpec<N extends string, V extends string | null> extends Declared<N> {
  readonly kind: 'hand';
  /** Kind of value that `done --value` requires; null: none. */
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

/** An object in a binding: missing and unknown keys are errors, because the approval covers exactly these keys. */
export const exact = <T extends z.core.$ZodLooseShape>(shape: T) => z.strictObject(shape).readonly();

/** An object in the observed part: missing keys are errors. */
export const seen = <T extends z.core.$ZodLooseShape>(shape: T) => z.object(shape).readonly();

export const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

/** A record by host, account, directory or file. */
export const byName = <T extends z.ZodType>(value: T) => z.record(z.string(), value).readonly();

export const text = z.string();
export const maybe = text.nullable();
export const number = z.number();
export const language = z.enum(['ko', 'en']) satisfies z.ZodType<Language>;
