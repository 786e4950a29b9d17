import { z } from 'zod';
import type { Site } from '../domain/site.ts';
import { day, line, passing, text, timeOfDay, userName } from './fields.ts';

const pattern = passing('a regular expression', (value) => {
  try {
    return new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
});

const rule = z
  .strictObject({
    column: line('the title of a question').meta({ examples: ['소속'] }),
    required: z.boolean().optional().meta({ description: 'It has to be answered' }),
    oneOf: z.array(line('an answer')).min(1, { error: 'at least one answer' }).optional(),
    matches: pattern.optional().meta({ description: 'A regular expression that the whole answer has to match' }),
    say: z.strictObject({ ko: text('a sentence in Korean'), en: text('a sentence in English') }).meta({
      description: 'What the applicant is told where it is not so',
    }),
  })
  .refine(({ required, oneOf, matches }) => required === true || oneOf !== undefined || matches !== undefined, {
    error: 'required: true, oneOf or matches',
  });

/** `applications` of site.yaml: how R7 decides, and when it writes. */
export const applicationsSchema = z
  .strictObject({
    mode: z.enum(['auto', 'review'], { error: 'auto or review' }).default('auto').meta({
      description: 'auto: complete applications are accepted; review: after the gate applications, once a day',
    }),
    reviewAt: timeOfDay.default('10:00').meta({ description: 'When that gate asks, in the zone of the site' }),
    quiet: z
      .strictObject({ from: timeOfDay.default('22:00'), until: timeOfDay.default('08:00') })
      .prefault({})
      .meta({ description: 'When nobody is urged to complete an application; from equal to until: never quiet' }),
    rules: z.array(rule).default([]).meta({
      description: 'What an answer must be, beside the terms; who breaks one is told so and may answer again',
    }),
  })
  .prefault({}) satisfies z.ZodType<Site['applications']>;

export const banned = z.strictObject({
  user: userName.meta({ description: 'Account name on the ID server' }),
  until: day.optional().meta({ description: 'Last day, inclusive, in the zone of the site; without it: for good' }),
  reason: line('a reason').meta({ description: 'Why; approvers see it, the person does not' }),
});

/** `owners` of site.yaml: whom to ask for each secret, never the secret itself. */
export const ownersSchema = z
  .array(
    z.strictObject({
      secret: passing('the name of a secret such as SEMESTER_SMTP_PASSWORD', (name) => /^[A-Z][A-Z0-9_]*$/.test(name)),
      owner: line('whom to ask').meta({ examples: ['kim', 'mail administrators <postmaster@example.org>'] }),
      until: day.optional().meta({ description: 'The last day on which it is good' }),
    }),
  )
  .default([])
  .meta({ description: 'Who issues each secret of the service, for `semester handover`; never the secret' });
