type Timestamp = { seconds?: unknown; nanos?: number | null } | null | undefined;

/** A protobuf timestamp as UTC ISO-8601; null if there is none. */
export function instant(time: Timestamp): string | null {
  if (!time?.seconds) return null;
  return new Date(Number(time.seconds) * 1000 + Math.floor((time.nanos ?? 0) / 1e6)).toISOString();
}
