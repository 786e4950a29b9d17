import { writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';

export const NAME = 'demo';

/**
 * Seconds from the start; more if a person reads the plans. `busy` is for a machine that does other work: the gate of
 * the notices opens at once and has a minute.
 */
const PACE = {
  alone: { deadline: 32, notice: 'PT18S', minimum: 'PT10S' },
  asked: { deadline: 90, notice: 'PT45S', minimum: 'PT20S' },
  busy: { deadline: 80, notice: 'PT68S', minimum: 'PT10S' },
} as const;
export type Pace = keyof typeof PACE;

/**
 * Writes a semester.yaml with seconds in place of weeks. The end of applications is far in the future; the demo moves
 * it by `semester reschedule` after all applicants are served. It sets no form, so gate `form` asks for it.
 */
export async function writeSemesterFile(file: string, pace: Pace, start = new Date()): Promise<void> {
  const { deadline, notice, minimum } = PACE[pace];
  const after = (seconds: number) => new Date(start.getTime() + seconds * 1000).toISOString();
  const semester = {
    name: NAME,
    title: 'GPU 서버 계정 신청 안내 (시연)',
    deadline: after(deadline),
    notices: [notice],
    noticeGateLead: 'PT5S',
    minimumNotice: minimum,
    period: { from: after(deadline + 10), until: after(4 * 3600) },
    applications: { until: after(2 * 3600), every: 'PT1S', grace: 'PT2S' },
  };
  await writeFile(file, stringify(semester));
}
