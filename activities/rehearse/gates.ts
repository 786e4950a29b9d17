import type { RehearsedBy } from '../../domain/gates/index.ts';
import type { PlanRef } from '../../domain/plan.ts';
import type { Proof } from '../../domain/proof.ts';
import type { Calendar, Semester } from '../../domain/semester.ts';
import type { Site } from '../../domain/site.ts';
import { refuse } from '../failures.ts';
import { createHomepageActivities } from '../homepage/activities.ts';
import { createHostActivities } from '../hosts/activities.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { createIdServerActivities } from '../id-server/activities.ts';
import type { Directory, IdServer } from '../id-server/types.ts';
import { createMailActivities } from '../mail/activities.ts';
import { type Overlay, overlayOf } from '../store/overlay.ts';
import type { Store } from '../store/store.ts';
import type { Surveys } from '../survey/source.ts';
import { assumeNotified } from './notified.ts';

/** The read-only systems from which plans are made. */
export interface Readers {
  readonly site: () => Promise<Site>;
  /** A read-only remote. */
  readonly remote: Remote;
  readonly store: Store;
  readonly idServer: Pick<IdServer, 'members' | 'implied' | 'groupsOf' | 'pending'>;
  readonly directory: Directory;
  readonly surveys: Surveys;
  readonly clock: () => Date;
}

/** A plan as its gate would show it, and the store that holds it. */
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
    throw refuse('CommandFailed', 'a rehearsal sends no mail');
  },
};

/** The inputs of a gate's activities, over read-only systems. */
interface Making extends Omit<Readers, 'idServer'> {
  readonly idServer: IdServer;
  readonly store: Overlay;
  readonly semester: Semester;
  readonly calendar: Calendar;
}

type Planned = Omit<Made, 'store'>;
type MakePlan = (making: Making) => Promise<Planned>;

const EDITION = 1;
const notifiedInTime = 'every member with an address had been notified in time.';

/** Makes the plan of each gate that can be planned before a start, with the code of the gate. */
export const PLANS: Readonly<Record<RehearsedBy<'plan'>, { readonly afterNotices: boolean; readonly make: MakePlan }>> =
  {
    notice: {
      afterNotices: false,
      async make({ site, remote, store, idServer, directory, clock, semester, calendar }) {
        const ref = { workflow: 'rehearsal', step: 'measure-usage', round: 1, byHand: false };
        const { digest: usage } = await createHostActivities({ site, remote, store, idServer, clock }).measureUsage({
          ref,
        });
        const mail = createMailActivities({ site, store, transport: noTransport, idServer, directory, clock });
        const { keep } = semester;
        return { ref: await mail.planNotices({ semester, calendar, edition: EDITION, keep, usage }), notes: [] };
      },
    },
    removal: {
      afterNotices: true,
      async make({ site, store, idServer, clock, semester, calendar }) {
        const then = () => new Date(Math.max(clock().getTime(), Date.parse(calendar.deadline)));
        const exportMembers = async () => NO_EXPORT;
        const removal = createIdServerActivities({ site, store, idServer, clock: then, exportMembers });
        const ref = await removal.planRemoval({ semester, calendar, edition: EDITION, keep: semester.keep });
        return { ref, notes: [`As if it were the deadline, and ${notifiedInTime}`] };
      },
    },
    wipe: {
      afterNotices: true,
      async make({ site, remote, store, idServer, clock, semester }) {
        const hosts = createHostActivities({ site, remote, store, idServer, clock });
        const ref = await hosts.planWipe({ semester, edition: EDITION, keep: semester.keep, backup: NO_BACKUP });
        const backup =
          'There is no backup yet. It is taken before this gate, whose plan then names it and the homes of that time.';
        return { ref, notes: [backup, `As if ${notifiedInTime}`] };
      },
    },
    prune: {
      afterNotices: false,
      async make({ site, remote, store, idServer, clock, semester }) {
        const ref = await createHostActivities({ site, remote, store, idServer, clock }).planPrune({
          semester,
          backup: null,
        });
        return { ref, notes: ['The backup of this semester will be the newest one then.'] };
      },
    },
    publish: {
      afterNotices: false,
      async make({ site, remote, store, surveys, clock, semester, calendar }) {
        const formUrl = semester.formUrl ?? FORM_URL;
        const publish = createHomepageActivities({ site, surveys, store, remote, clock });
        const ref = await publish.planPublish({ semester, calendar, formUrl });
        return {
          ref,
          notes:
            formUrl === FORM_URL ? [`The form does not exist yet. ${FORM_URL} is a placeholder for its address.`] : [],
        };
      },
    },
  };

/** Makes a gate's plan with the code of the gate. @throws ApplicationFailure as that code */
export async function makePlan(
  readers: Readers,
  gate: keyof typeof PLANS,
  { semester, calendar }: { semester: Semester; calendar: Calendar },
): Promise<Made> {
  const idServer: IdServer = {
    ...readers.idServer,
    accept: refusing('accepts no member'),
    reject: refusing('rejects no member'),
    remove: refusing('removes no member'),
  };
  const { afterNotices, make } = PLANS[gate];
  // Gates after the notices assume that every member with an address is recorded as notified.
  const mails = afterNotices ? await assumeNotified(semester, calendar, idServer, readers.directory) : undefined;
  const store = overlayOf(readers.store, mails);
  return { ...(await make({ ...readers, idServer, store, semester, calendar })), store };
}
