import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSemester, loadSite } from '../../../config/load.ts';
import { calendarOf } from '../../../domain/calendar.ts';
import { NAME, writeSemesterFile } from '../../../lab/demo/semester-file.ts';
import { SITE_EXAMPLE } from '../../config/files.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'demo-file-'));
});
afterAll(() => rm(folder, { recursive: true }));

test.each(['alone', 'asked', 'busy'] as const)(
  'its weeks are seconds, by the same rules as any semester (%s)',
  async (pace) => {
    const now = new Date();
    const file = path.join(folder, `${pace}.yaml`);
    await writeSemesterFile(file, pace, now);
    const site = await loadSite(SITE_EXAMPLE);
    const semester = await loadSemester(file, undefined, { site, now });
    const { notices, deadline, minimumNoticeMs } = calendarOf(semester, site.zone);
    const seconds = (instant: string) => (Date.parse(instant) - now.getTime()) / 1000;
    expect(semester.name).toBe(NAME);
    expect(seconds(notices[0]!)).toBeGreaterThan(10);
    expect(seconds(deadline)).toBeLessThanOrEqual(90);
    expect(Date.parse(deadline) - Date.parse(notices[0]!)).toBeGreaterThan(minimumNoticeMs);
  },
);
