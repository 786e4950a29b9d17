import { z } from 'zod';
import type { Semester } from '../domain/semester.ts';
import { date, hostName, interval, intervalOrZero, kept, line, offset, offsetOrZero, slug, webUrl } from './fields.ts';

/** `semester.yaml`, or the flags of `semester start`. semester-rules.ts checks across keys. */
export const semesterSchema = z.strictObject({
  name: slug('2027-spring').meta({ description: 'Names the workflow semester/NAME', examples: ['2027-spring'] }),
  deadline: date.meta({ description: 'The announced deadline; a day means its END', examples: ['2027-02-10'] }),
  notices: z.array(offset('P1Y')).min(1, { error: 'at least one notice' }).default(['P7D']).meta({
    description: 'How long before the deadline each notice is mailed',
  }),
  noticeGateLead: offsetOrZero('P1Y').default('P7D').meta({
    description: 'How long before the first notice its gate starts to remind the approvers',
  }),
  minimumNotice: offsetOrZero('P1Y').default('P7D').meta({
    description: 'Minimum time between the notice to a person and the removal; the removal gate lists people with less',
  }),
  period: z.strictObject({
    from: date.meta({ description: 'First day of use; a day means its START', examples: ['2027-03-02'] }),
    until: date.meta({ description: 'The accounts expire at the END of this day', examples: ['2027-08-10'] }),
  }),
  mode: z.enum(['update', 'reinstall'], { error: 'update or reinstall' }).default('update').meta({
    description: 'reinstall: a person first reinstalls the leader by hand',
  }),
  order: z
    .enum(['wipe-first', 'update-first'], { error: 'wipe-first or update-first' })
    .default('wipe-first')
    .meta({ description: 'update-first: update the hosts before the sessions are ended' }),
  leader: hostName.optional().meta({ description: 'Overrides update.leader of the site' }),
  applications: z.strictObject({
    until: date.meta({ description: 'End of the processing of applications; a day means its END' }),
    every: interval('PT1S', 'P7D')
      .default('PT10M')
      .meta({ description: 'How often the service polls the survey and the group' }),
    grace: intervalOrZero('P30D').default('PT1H').meta({
      description:
        'How long after an incomplete application the applicant receives a mail that explains how to complete it',
    }),
    nudges: z.array(interval('PT1H', 'P180D')).max(10, { error: 'at most 10 intervals' }).default(['P3D', 'P7D']).meta({
      description: 'Time until each further mail; the intervals must not shrink; [] for one mail only',
    }),
  }),
  keep: z
    .array(kept)
    .default([])
    .meta({ description: 'Accounts that are exempt in this semester, in addition to those of the site' }),
  title: line('the title of the post').meta({ examples: ['2027년 봄학기 GPU 서버 계정 신청 안내'] }),
  formUrl: webUrl
    .optional()
    .meta({ description: 'Public address of the survey form; without it, gate form asks for it' }),
}) satisfies z.ZodType<Semester>;
