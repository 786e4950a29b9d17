import { z } from 'zod';

/** A value of which any part may be missing. */
export type Draft<T> = T extends readonly (infer E)[]
  ? readonly (Draft<E> | undefined)[]
  : T extends object
    ? { readonly [K in keyof T]?: Draft<T[K]> }
    : T;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function inside(schema: z.core.$ZodType): z.core.$ZodType {
  const wrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional;
  return wrapped ? inside(schema.def.innerType) : schema;
}

/**
 * Returns the valid parts of `value`, with defaults. Rules across keys can then run although other keys are wrong, and
 * one run reports all issues.
 */
export function draftOf<T>(schema: z.ZodType<T>, value: unknown): Draft<T> | undefined {
  return draft(schema, value) as Draft<T> | undefined;
}

function draft(schema: z.core.$ZodType, value: unknown): unknown {
  const whole = z.safeParse(schema, value);
  if (whole.success) return whole.data;
  const inner = inside(schema);
  if (inner instanceof z.ZodObject && isRecord(value)) {
    const shape = Object.entries<z.core.$ZodType>(inner.shape);
    return Object.fromEntries(shape.map(([key, field]) => [key, draft(field, value[key])]));
  }
  if (inner instanceof z.ZodArray && Array.isArray(value)) return value.map((item) => draft(inner.element, item));
  return undefined;
}
