import type { NoticeBinding } from '../../domain/gates/notice.ts';
import type { PostBinding } from '../../domain/gates/publish.ts';
import type { PruneBinding } from '../../domain/gates/prune.ts';
import type { RemovalBinding } from '../../domain/gates/removal.ts';
import type { WipeBinding, WipeEntry } from '../../domain/gates/wipe.ts';

const mail = { subject: '', text: '', html: '' };
const template = { file: '', language: 'ko' as const, source: '', layout: '' };
const twice = <T>(one: T) => ({ ko: one, en: one });
const data = {
  site: { name: 'lab', zone: 'Asia/Seoul', contact: 'a@example.org', joinUrl: '', agreement: '' },
  hosts: [],
  paths: { home: '/csehome', docker: '/local/.docker' },
  semester: { name: '2027-spring' },
  deadline: '',
  was: null,
};

/** An entry of a wipe whose owner is the user of that name. */
export const entryOf = (name: string, part: Partial<WipeEntry> = {}): WipeEntry => ({
  name,
  owner: name,
  uid: 2000,
  object: 'inode 300',
  born: '1800000000.000000000',
  ...part,
});

/** Complete bindings of gates; a test overrides the parts that it needs. */
export const bindings = {
  notice: (part: Partial<NoticeBinding>): NoticeBinding => ({
    site: 'lab',
    semester: '2027-spring',
    edition: 1,
    deadline: '2027-02-10T14:59:59Z',
    corrects: null,
    recipients: [],
    texts: { notice: twice(mail), deadline: twice(mail) },
    sources: { notice: twice(template), deadline: twice(template) },
    data: twice(data),
    ...part,
  }),
  removal: (part: Partial<RemovalBinding>): RemovalBinding => ({
    site: 'sha256:0',
    group: 'gpu',
    semester: '2027-spring',
    edition: 1,
    remove: [],
    ...part,
  }),
  wipe: (part: Partial<WipeBinding>): WipeBinding => ({
    semester: '2027-spring',
    edition: 1,
    storage: 'oloroso',
    home: '/csehome',
    homes: [],
    dockerDirectory: '/local/.docker',
    docker: {},
    also: {},
    trash: 'P14D',
    deferred: [],
    kept: [],
    unnoticed: [],
    exemptOwned: [],
    backup: 'uuid',
    site: 'sha256:0',
    ...part,
  }),
  prune: (part: Partial<PruneBinding>): PruneBinding => ({
    semester: '2027-spring',
    storage: 'oloroso',
    folder: 'backups/gpu',
    backups: [],
    site: 'sha256:0',
    ...part,
  }),
  publish: (part: Partial<PostBinding>): PostBinding => ({
    semester: '2027-spring',
    title: '',
    path: '_posts/2027-03-02-gpu.md',
    content: '',
    formUrl: 'https://forms.example.org',
    form: { id: null, title: '', description: '', questions: [] },
    repository: '',
    branch: 'main',
    publish: 'push',
    ...part,
  }),
};
