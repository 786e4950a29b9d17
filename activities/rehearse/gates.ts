import type { PlanGate } from '../../domain/names.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import { createPublishActivities } from '../homepage/activities.ts';
import { createHostActivities } from '../hosts/activities.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { createIdServerActivities } from '../id-server/removal.ts';
import type { Directory, IdServer } from '../id-server/types.ts';
import { createMailActivities } from '../mail/activities.ts';
import { type Overlay, overlayOf } from '../store/overlay.ts';
import type { Store } from '../store/store.ts';
import type { Surveys } from '../survey/source.ts';
import { asIfTold } from './notified.ts';

/** What plans are made from: systems that can only be read. */
export interface Readers {
  readonly site: () => Promise<Site>;
  /** Can only look. */
  readonly remote: Remote;
  readonly store: Store;
  readonly idServer: Pick<IdServer, 'members' | 'pending'>;
  readonly directory: Directory;
  readonly surveys: Surveys;
  readonly clock: () => Date;
}

/** A plan as the gate would ask about it, and where it lies. */
export interface Made {
  readonly ref: PlanRef;
  readonly store: Overlay;
  readonly notes: readonly string[];
}

const FORM_URL = 'https://form.invalid/not-made-yet';
const NO_EXPORT = '(none: a rehearsal writes no file)';
const NO_BACKUP: Proof<'backup'> = {
  what: 'backup',
  at: '1970-01-01T00:00:00.000Z',
  summary: 'not taken yet',
  facts: { name: '(not taken yet)', path: '', uuid: '', readOnly: true, generation: 0, nested: 0 },
  how: 'found',
};

const refusing = (what: string) => () => Promise.reject(refuse('CommandFailed', `a rehearsal ${what}`));
const noTransport = {
  open() {
    throw refuse('CommandFailed', 'a rehearsal mails nobody');
  },
};

/** Makes a gate's plan by the code that the gate itself uses. @throws ApplicationFailure as that code */
export async function makePlan(
  readers: Readers,
  gate: Exclude<PlanGate, 'rollout' | 'applications' | 'restore' | 'exclude' | 'rollback'>,
  { semester, calendar }: { semester: Semester; calendar: Calendar },
): Promise<Made> {
  const { site, remote, directory, surveys, clock } = readers;
  const idServer: IdServer = {
    ...readers.idServer,
    accept: refusing('accepts nobody'),
    reject: refusing('rejects nobody'),
    remove: refusing('removes nobody'),
  };
  // Before the notices the ledger is what it is; at the gates after them everybody with an address will be on record.
  const rests = gate === 'removal' || gate === 'wipe';
  const mails = rests ? await asIfTold(semester, calendar, idServer, directory) : undefined;
  const store = overlayOf(readers.store, mails);
  const hosts = createHostActivities({ site, remote, store, clock });
  const { keep } = semester;
  const edition = 1;

  switch (gate) {
    case 'notice': {
      const ref = { workflow: 'rehearsal', step: 'measure-usage', round: 1, byHand: false };
      const { digest: usage } = await hosts.measureUsage({ ref });
      const mail = createMailActivities({ site, store, transport: noTransport, idServer, directory, clock });
      return { ref: await mail.planNotices({ semester, calendar, edition, keep, usage }), store, notes: [] };
    }
    case 'removal': {
      const then = () => new Date(Math.max(clock().getTime(), Date.parse(calendar.deadline)));
      const exportMembers = async () => NO_EXPORT;
      const removal = createIdServerActivities({ site, store, idServer, clock: then, exportMembers });
      const ref = await removal.planRemoval({ semester, calendar, edition, keep });
      const notes = ['As if it were the deadline, and everybody with an address had been told in time.'];
      return { ref, store, notes };
    }
    case 'wipe': {
      const ref = await hosts.planWipe({ semester, edition, keep, backup: NO_BACKUP });
      const notes = [
        'There is no backup yet: it is taken before this gate, which then names it and asks with what is there.',
        'As if everybody with an address had been told in time.',
      ];
      return { ref, store, notes };
    }
    case 'prune': {
      const ref = await hosts.planPrune({ semester, backup: null });
      return { ref, store, notes: ['The backup of this semester will be the newest one then.'] };
    }
    case 'publish': {
      const formUrl = semester.formUrl ?? FORM_URL;
      const publish = createPublishActivities({ site, surveys, store, remote, clock });
      const ref = await publish.planPublish({ semester, calendar, formUrl });
      const notes = formUrl === FORM_URL ? [`The form is not made yet: ${FORM_URL} stands for its address.`] : [];
      return { ref, store, notes };
    }
  }
}
