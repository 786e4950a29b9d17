import { expect, test } from 'vitest';
import { describeDisturbance, warnOfReboot } from '../../../../activities/hosts/maintenance/maintenance.ts';
import type { HostDependencies } from '../../../../activities/hosts/dependencies.ts';
import { templates } from '../../mail/fixtures.ts';
import type { Language } from '../../../../domain/names.ts';
import { fakeRemote } from '../fake-remote.ts';

const AFTER = '2027-02-10T00:00:00.000Z'; // 9 in the morning in Seoul

function between(a: {
  language?: Language;
  window?: { from: string; until: string };
  members?: number;
  announce?: string;
}) {
  const { language = 'en', window, members = 2, announce = 'P3D' } = a;
  const said: (readonly string[])[] = [];
  const deps = {
    site: async () => ({
      zone: 'Asia/Seoul',
      language,
      templates,
      update: { between: { announce, window, waitForJobs: 'PT12H' } },
    }),
    remote: fakeRemote(({ name, args }) => {
      said.push([name, ...args]);
      return '';
    }),
    clock: () => new Date(AFTER),
    idServer: {
      members: async () => Array.from({ length: members }, (_, n) => ({ user: `user${n}` })),
      implied: async () => [],
    },
  } as unknown as HostDependencies;
  return { said, deps };
}
const describe = (a: Parameters<typeof between>[0], ...hosts: string[]) =>
  describeDisturbance(between(a).deps)({ hosts, after: AFTER });

test('the plan counts recipients and reboots, and starts after the announcement, in the next night', async () => {
  const window = { from: '02:00', until: '06:00' };
  expect(await describe({ window }, 'bernini', 'cojito')).toEqual([
    'Once approved, 2 members are mailed; approved now, 2 hosts reboot one after another from Sunday, 14 February 2027, 02:00 (Asia/Seoul) on, daily 02:00–06:00',
  ]);
  expect(await describe({ window, language: 'ko' }, 'bernini', 'cojito')).toEqual([
    '승인하면 회원 2명에게 메일을 보내고, 지금 승인할 경우 2027년 2월 14일 (일) 오전 2시부터 2대를 차례로 재부팅합니다 (매일 02:00–06:00)',
  ]);
});

test('one recipient, one host and no window: the start is as soon as the announcement allows', async () => {
  expect(await describe({ members: 1 }, 'bernini')).toEqual([
    'Once approved, 1 member is mailed; approved now, 1 host reboots from Saturday, 13 February 2027, 09:00 (Asia/Seoul) on',
  ]);
  expect(await describe({ announce: 'PT0S', window: { from: '08:00', until: '10:00' } }, 'bernini')).toEqual([
    expect.stringContaining('from Wednesday, 10 February 2027, 09:00 (Asia/Seoul) on, daily 08:00–10:00'),
  ]);
});

test('the message on every terminal names the host, in both languages', async () => {
  const { said, deps } = between({});
  await warnOfReboot(deps)({ host: 'bernini' });
  expect(said).toEqual([
    ['tell-users', expect.stringMatching(/업데이트를 위해 bernini 서버를.*\n.*bernini reboots soon for an update/)],
  ]);
});
