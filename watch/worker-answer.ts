import { z } from 'zod';
import { findingSchema } from './finding.ts';

const schema = z.object({
  ok: z.boolean(),
  checks: z.record(z.string(), z.object({ ok: z.boolean(), detail: z.string() })),
  findings: z.array(findingSchema).default([]),
});

/** The body of the worker's `/health`. */
export type WorkerAnswer = z.infer<typeof schema>;

/** Asks a worker for its health. @throws Error if it does not answer, or answers something else */
export async function askWorker(url: string): Promise<WorkerAnswer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(15_000) }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new Error(`${url} does not answer (${cause instanceof Error ? cause.message || cause.name : String(cause)})`);
  });
  const body = schema.safeParse(await response.json().catch(() => null));
  if (!body.success) throw new Error(`${url} answers ${response.status}, but not as a worker does`);
  return body.data;
}
