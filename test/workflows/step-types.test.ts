import { expectTypeOf, test } from 'vitest';
import type { Proof } from '../../domain/proof.ts';
import type { Failed, StepOptions, StepResult } from '../../workflows/operator/steps.ts';
import type { interactive, long, mailing, polling, quick } from '../../workflows/policies.ts';

type Named = Pick<StepOptions, 'name' | 'phase'>;
type Backup = Proof<'backup'>;
/** How a step of these options can end. */
type Ends<O extends StepOptions> = StepResult<Backup, O>['status'];

test('only what the options of a step allow reaches its caller', () => {
  expectTypeOf<StepResult<Backup, Named>>().toEqualTypeOf<{ readonly status: 'done'; readonly result: Backup }>();
  expectTypeOf<Ends<Named & { skippable: true }>>().toEqualTypeOf<'done' | 'skipped'>();
  expectTypeOf<Ends<Named & { approved: true }>>().toEqualTypeOf<'done' | 'void'>();
  expectTypeOf<Ends<Named & { answers: ['RolledBack'] }>>().toEqualTypeOf<'done' | 'failed'>();
  type Answered = StepResult<Backup, Named & { answers: ['RolledBack'] }>;
  expectTypeOf<Extract<Answered, { status: 'failed' }>>().toEqualTypeOf<Failed<'RolledBack'>>();
  // Options of which it is not known what they allow may end in every way.
  expectTypeOf<Ends<Named & { skippable?: true }>>().toEqualTypeOf<'done' | 'skipped'>();
});

test('a policy offers the activities that are meant for it, and no other', () => {
  expectTypeOf<keyof typeof mailing>().toEqualTypeOf<'sendNotices' | 'sendDeadlineMails'>();
  expectTypeOf<typeof quick>().not.toHaveProperty('wipeHomes');
  expectTypeOf<typeof interactive>().not.toHaveProperty('openLogins');
  expectTypeOf<ReturnType<typeof polling>>().not.toHaveProperty('removeMembers');
  expectTypeOf<Awaited<ReturnType<(typeof long)['takeBackup']>>>().toEqualTypeOf<Backup>();
});
