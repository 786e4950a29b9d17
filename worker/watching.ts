import type { MetricGauge, MetricMeter } from '@temporalio/common';
import type { Logger } from 'pino';
import type { Finding } from '../watch/finding.ts';
import { GAUGES, gaugesOf, type GaugeName, type GaugeValue } from '../watch/gauges.ts';
import { judge } from '../watch/judge.ts';
import type { Look } from '../watch/look.ts';

const EVERY_MS = 60_000;
/** Somebody who asks gets an answer of about now. */
const FRESH_MS = 10_000;

/** The checks that a worker runs on itself and on its surroundings. */
export interface Watching {
  /** What the last look found; empty before the first. Looks again if that was more than ten seconds ago. */
  readonly findings: () => readonly Finding[];
  /** Ends the looks, and waits for the one on its way. */
  stop(): Promise<void>;
}

/**
 * Looks at the service every minute: keeps the findings for `/health`, sets the gauges, and logs each finding once, when it
 * begins and when it ends.
 */
export function startWatching(a: {
  look: () => Promise<Look>;
  log: Pick<Logger, 'warn' | 'info'>;
  meter: MetricMeter;
  /** Mails the approvers about findings. */
  tell: (findings: readonly Finding[]) => Promise<void>;
}): Watching {
  const show = createGauges(a.meter);
  let findings: readonly Finding[] = [];
  let first = true;
  const turn = async () => {
    const look = await a.look();
    // Temporal lists a worker only after its first poll, which this worker begins just now.
    const now = judge(look).filter(({ check, about }) => !(first && check === 'worker' && about === 'polling'));
    first = false;
    const nameOf = ({ check, about }: Finding) => `${check} ${about}`;
    const [before, after] = [findings, now].map((all) => new Set(all.map(nameOf)));
    for (const { check, about, since, found, remedy } of now.filter((one) => !before!.has(nameOf(one))))
      a.log.warn({ check, about, since, found, remedy }, 'a check found something wrong');
    for (const { check, about } of findings.filter((one) => !after!.has(nameOf(one))))
      a.log.info({ check, about }, 'a check finds nothing wrong any more');
    findings = now;
    show(gaugesOf(look));
    await a.tell(now).catch((error: unknown) => a.log.warn({ reason: String(error) }, 'the approvers get no alarm'));
  };
  let begun = 0;
  let running: Promise<void> | null = null;
  const lookAgain = () => {
    if (running !== null || Date.now() - begun < FRESH_MS) return;
    begun = Date.now();
    running = turn()
      .catch((error: unknown) => a.log.warn({ reason: String(error) }, 'the checks did not run'))
      .finally(() => (running = null));
  };
  lookAgain();
  const timer = setInterval(lookAgain, EVERY_MS).unref();
  return {
    findings: () => {
      lookAgain();
      return findings;
    },
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

/** Sets gauges. A series that is gone is set to 0 once: the exporter would repeat its last value for ever. */
function createGauges(meter: MetricMeter): (values: readonly GaugeValue[]) => void {
  const gauges = Object.fromEntries(
    Object.entries(GAUGES).map(([name, description]) => [name, meter.createGauge(name, 'int', undefined, description)]),
  ) as Record<GaugeName, MetricGauge>;
  let shown = new Map<string, GaugeValue>();
  return (values) => {
    const now = new Map(values.map((value) => [JSON.stringify([value.name, value.tags]), value]));
    for (const [key, { name, tags }] of shown) if (!now.has(key)) gauges[name].set(0, tags);
    for (const { name, tags, value } of values) gauges[name].set(value, tags);
    shown = now;
  };
}
