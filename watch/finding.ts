import { z } from 'zod';

/** What a look found wrong: since when, and what to type. */
export const findingSchema = z.object({
  /** What was asked. */
  check: z.enum([
    'temporal',
    'worker',
    'run',
    'gate',
    'step',
    'lock',
    'store',
    'mail',
    'backup',
    'certificate',
    'key',
    'acts',
  ]),
  /** A workflow, a gate, a file. With `check` it names the finding. */
  about: z.string(),
  /** UTC; null if unknown. */
  since: z.string().nullable(),
  found: z.string(),
  /** What to do or type. */
  remedy: z.string(),
});
export type Finding = z.infer<typeof findingSchema>;
