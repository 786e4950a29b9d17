import { z } from 'zod';
import type { Site } from '../domain/site.ts';
import { isPattern } from '../domain/survey-rules.ts';
import { day, line, passing, text, timeOfDay, userName } from './fields.ts';
import { SECRET_NAME } from './secrets.ts';

const pattern = passing('a regular expression of RE2: without lookaround and back references', isPattern);

const rule = z
  .strictObject({
    column: line('the title of a question').meta({ examples: ['소속'] }),
    required: z.boolean().optional().meta({ description: 'Whether an answer is required' }),
    oneOf: z.array(line('an answer')).min(1, { error: 'at least one answer' }).optional(),
    matches: pattern.optional().meta({ description: 'A regular expression that the whole answer must match' }),
    unlessMemberOf: z
      .array(line('the identifier of a group'))
      .min(1, { error: 'at least one group' })
      .optional()
      .meta({
        description:
          'Groups of the ID server whose members need not follow the rule; read from the database at SEMESTER_ID_DATABASE_URL',
        examples: [['undergraduate', 'graduate']],
      }),
    say: z.strictObject({ ko: text('a sentence in Korean'), en: text('a sentence in English') }).meta({
      description: 'Message to the applicant when the answer breaks the rule',
    }),
  })
  .refine(({ required, oneOf, matches }) => required === true || oneOf !== undefined || matches !== undefined, {
    error: 'required: true, oneOf or matches',
  });

/** `applications` of site.yaml: how the service decides applications, and when it sends mails (runbook R7). */
export const applicationsSchema = z
  .strictObject({
    mode: z.enum(['auto', 'review'], { error: 'auto or review' }).default('auto').meta({
      description: 'auto: accepts complete applications; review: accepts them after the gate applications, once a day',
    }),
    reviewAt: timeOfDay
      .default('10:00')
      .meta({ description: 'Time of day at which that gate opens, in the zone of the site' }),
    quiet: z
      .strictObject({ from: timeOfDay.default('22:00'), until: timeOfDay.default('08:00') })
      .prefault({})
      .meta({
        description:
          'Hours in which no reminder to complete an application is sent; from equal to until: no quiet hours',
      }),
    rules: z.array(rule).default([]).meta({
      description:
        'Rules for answers, in addition to the terms; an applicant who breaks one gets its message and may retry',
    }),
  })
  .prefault({}) satisfies z.ZodType<Site['applications']>;

export const banned = z.strictObject({
  user: userName.meta({ description: 'Account name on the ID server' }),
  until: day.optional().meta({ description: 'Last day, inclusive, in the zone of the site; default: no end' }),
  reason: line('a reason').meta({ description: 'Shown to approvers, not to the person' }),
});

/** `owners` of site.yaml: the contact for each secret, never the secret itself. */
export const ownersSchema = z
  .array(
    z.strictObject({
      secret: passing('the name of a secret such as SEMESTER_SMTP_PASSWORD', (name) => SECRET_NAME.test(name)),
      owner: line('a contact').meta({ examples: ['kim', 'mail administrators <postmaster@example.org>'] }),
      until: day.optional().meta({ description: 'Last day on which the secret is valid' }),
    }),
  )
  .default([])
  .meta({
    description: 'The contact who issues each secret of the service, for `semester handover`; never the secret itself',
  });
