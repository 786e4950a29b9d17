import { readFile, rename, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import { readSecret, type Environment } from '../config/read-secret.ts';
import { inReadersTime, type Reader } from '../domain/moments.ts';
import type { Finding } from './finding.ts';

/** The ways of an alarm; none of them uses the mail server of site.yaml. Null: not configured. */
export interface AlarmWays {
  readonly mail: { readonly url: string; readonly from: string; readonly to: readonly string[] } | null;
  /** Called while nothing is wrong. Whoever watches the calls alarms when they stop: a dead man's switch. */
  readonly pingUrl: string | null;
}

const NAMES = {
  smtpUrl: 'SEMESTER_WATCH_SMTP_URL',
  pingUrl: 'SEMESTER_WATCH_PING_URL',
  from: 'SEMESTER_WATCH_FROM',
  to: 'SEMESTER_WATCH_TO',
} as const;

/**
 * Reads the ways of an alarm from the environment; the two addresses that hold passwords are secrets.
 * @throws Error that names the variable
 */
export async function readAlarmWays(env: Environment = process.env): Promise<AlarmWays> {
  const url = await readSecret(NAMES.smtpUrl, env);
  const pingUrl = (await readSecret(NAMES.pingUrl, env)) ?? null;
  demand(NAMES.smtpUrl, url, ['smtp:', 'smtps:']);
  demand(NAMES.pingUrl, pingUrl ?? undefined, ['http:', 'https:']);
  if (url === undefined) return { mail: null, pingUrl };
  const from = env[NAMES.from];
  const to = (env[NAMES.to] ?? '').split(',').map((address) => address.trim());
  if (!from || to.some((address) => !address.includes('@')))
    throw new Error(
      `${NAMES.smtpUrl} is set: set ${NAMES.from}, and ${NAMES.to} to addresses separated by commas, too`,
    );
  return { mail: { url, from, to }, pingUrl };
}

function demand(name: string, value: string | undefined, protocols: readonly string[]): void {
  if (value === undefined || (URL.canParse(value) && protocols.includes(new URL(value).protocol))) return;
  throw new Error(`${name} is not an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}`);
}

/** A silent server must not keep the next look waiting. */
const SILENCE_MS = 20_000;

/** Sends one plain mail by the second mail server. @throws Error with the server's answer */
export async function sendAlarm({ url, from, to }: NonNullable<AlarmWays['mail']>, subject: string, text: string) {
  const limits = { connectionTimeout: SILENCE_MS, greetingTimeout: SILENCE_MS, socketTimeout: SILENCE_MS };
  const parsed = new URL(url);
  const transport = createTransport({
    host: parsed.hostname,
    port: Number(parsed.port) || (parsed.protocol === 'smtps:' ? 465 : 587),
    secure: parsed.protocol === 'smtps:',
    ...(parsed.username !== '' && {
      auth: { user: decodeURIComponent(parsed.username), pass: decodeURIComponent(parsed.password) },
      // A password never travels without TLS, except on this machine.
      requireTLS: !/^(localhost|127\.|\[::1\])/.test(parsed.hostname),
    }),
    ...limits,
  });
  try {
    await transport.sendMail({ from, to: [...to], subject, text, headers: { 'Auto-Submitted': 'auto-generated' } });
  } finally {
    transport.close();
  }
}

/** Calls the ping address. @throws Error without the address, which is a secret */
export async function ping(url: string): Promise<void> {
  const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(SILENCE_MS) }).catch(
    (error: unknown) => {
      throw new Error(`the ping address does not answer (${error instanceof Error ? error.name : 'unknown reason'})`);
    },
  );
  if (!response.ok) throw new Error(`the ping address answers ${response.status}`);
}

const stateSchema = z.object({ names: z.array(z.string()), mailedAt: z.string() });
/** What was mailed last, so that the same findings are mailed once a day only. */
export type Mailed = z.infer<typeof stateSchema>;

/** The state file; null if there is none, or it is damaged: then a mail more goes out. */
export async function readMailed(file: string): Promise<Mailed | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

export async function writeMailed(file: string, mailed: Mailed): Promise<void> {
  await writeFile(`${file}.part`, JSON.stringify(mailed));
  await rename(`${file}.part`, file);
}

const AGAIN_MS = 24 * 60 * 60_000;
const nameOf = ({ check, about }: Finding) => `${check} ${about}`;

/** The mail that is due after a look; null: none. A new finding is mailed at once, the same ones daily, and their end once. */
export function dueMail(
  findings: readonly Finding[],
  mailed: Mailed | null,
  now: Date,
): { readonly subject: string; readonly text: string } | null {
  const before = new Set(mailed?.names);
  const fresh = findings.filter((finding) => !before.has(nameOf(finding)));
  const [first = findings[0]] = fresh;
  if (first === undefined) {
    if (before.size === 0) return null;
    return { subject: '[gpu-semester] all is well again', text: `All checks of ${hostname()} pass again.\n` };
  }
  const isOld = mailed === null || now.getTime() - Date.parse(mailed.mailedAt) >= AGAIN_MS;
  if (fresh.length === 0 && !isOld) return null;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
  return {
    subject: `[gpu-semester] ${inReadersTime(first.found, here()).replace(/\s+/g, ' ').slice(0, 120)}${more}`,
    text: `${linesOf(findings).join('\n')}\n\nsemester watch on ${hostname()}, ${inReadersTime(now.toISOString(), here())}. What to do: docs/at-3am.md (한국어: docs/at-3am.ko.md)\n`,
  };
}

/** Findings for people: what, since when, and what to do. */
export const linesOf = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap(({ check, since, found, remedy }) =>
    [`${check}: ${found}${since !== null && !found.includes(since) ? ` (since ${since})` : ''}`, `    ${remedy}`].map(
      (line) => inReadersTime(line, here()),
    ),
  );

/** It knows no site: its times are those of this computer. */
const here = (): Reader => ({
  zone: new Intl.DateTimeFormat().resolvedOptions().timeZone,
  language: 'en',
  namesZone: true,
});

/** The state after a look and its mail. */
export const mailedAfter = (findings: readonly Finding[], now: Date): Mailed => ({
  names: findings.map(nameOf),
  mailedAt: now.toISOString(),
});
