import { describe, expect, it } from 'vitest';
import { recordsOf } from '../../../activities/applications/records.ts';
import { siteWith, useGoogle } from './google-fixture.ts';

const world = useGoogle();
const erin = { 아이디: 'Erin', 학번: '2024-1', 이메일: 'e@x.kr', 'Docker 사용': '예', '약관 동의': '동의합니다' };

describe('answers from Google', () => {
  const read = async (source = world.surveys()(siteWith())) => (await source.responses(world.name)).answers;

  it('are empty before the form exists', async () => {
    expect(await read()).toEqual([]);
  });

  it('are read page by page, each once, in its newest version', async () => {
    const { id } = await world.made();
    for (const day of [1, 2, 3, 4, 5])
      world.google.answer(id, { ...erin, 아이디: `user${day}` }, `2027-03-0${day}T00:00:00.123456Z`);
    const source = world.surveys()(siteWith());
    expect((await read(source)).map(({ row, user }) => `${row} ${user}`)).toEqual([
      '2 user1',
      '3 user2',
      '4 user3',
      '5 user4',
      '6 user5',
    ]);
    expect(world.count(/responses/)).toBe(3);
    expect((await read(source))[0]).toMatchObject({
      at: '2027-03-01T00:00:00.123Z',
      docker: true,
      cells: { 아이디: 'user1', '약관 동의': '동의합니다' },
      terms: true,
      email: 'e@x.kr',
    });
  });

  it('are read from the last position on, with late and changed ones', async () => {
    const { id } = await world.made();
    const first = world.google.answer(id, erin, '2027-03-01T00:00:00Z');
    world.google.answer(id, { ...erin, 아이디: 'finn' }, '2027-03-05T12:00:00Z');
    const source = world.surveys()(siteWith());
    await read(source);
    world.google.asked.length = 0;
    // Submitted before the newest one, and readable only now.
    world.google.answer(id, { ...erin, 아이디: 'late' }, '2027-03-05T11:55:00Z');
    world.google.answer(
      id,
      { ...erin, 아이디: 'Erin', '약관 동의': '동의하지 않습니다' },
      '2027-03-06T00:00:00Z',
      first,
    );
    const answers = await read(source);
    expect(answers.map(({ user, terms }) => `${user} ${terms}`)).toEqual(['erin false', 'late true', 'finn true']);
    expect(decodeURIComponent(world.google.asked.at(-1)!)).toContain('filter=timestamp >= 2027-03-05T11:50:00.000Z');
  });

  it('of earlier semesters in a shared form do not count until they are sent again', async () => {
    const { id } = await world.made();
    const old = world.google.answer(id, erin, '2026-09-01T00:00:00Z');
    world.google.answer(id, { ...erin, 아이디: '' }, '2026-09-02T00:00:00Z');
    const source = world.surveys()(siteWith({ formId: id }));
    const { baseline } = recordsOf(world.store, world.name);
    await baseline.put({ at: '2027-03-01T00:00:00.000Z', uids: [] });
    world.google.answer(id, { ...erin, 아이디: 'finn' }, '2027-03-05T00:00:00Z');
    expect(await source.responses(world.name)).toMatchObject({ answers: [{ row: 4, user: 'finn' }], unusable: [] });
    world.google.answer(id, erin, '2027-03-06T00:00:00Z', old);
    expect((await read(source)).map(({ user }) => user)).toEqual(['erin', 'finn']);
    // The semester's own form has no earlier answers.
    expect(await read()).toHaveLength(2);
    await baseline.put({ at: '2027-03-06T00:00:00.001Z', uids: [] });
    expect(await read()).toHaveLength(2);
    expect(await read(source)).toEqual([]);
  });

  it('that were deleted are gone after a full read', async () => {
    const { id } = await world.made();
    world.google.answer(id, erin, '2027-03-01T00:00:00Z');
    const source = world.surveys()(siteWith());
    expect(await read(source)).toHaveLength(1);
    world.google.forms.get(id)!.responses = [];
    world.now = new Date('2027-03-10T06:00:01Z');
    expect(await read(source)).toEqual([]);
  });

  it('count as incomplete when a page is missing', async () => {
    const { id } = await world.made();
    for (const day of [1, 2, 3])
      world.google.answer(id, { ...erin, 아이디: `user${day}` }, `2027-03-0${day}T00:00:00Z`);
    const source = world.surveys()(siteWith());
    world.google.fail(/pageToken/, 500);
    await expect(read(source)).rejects.toMatchObject({ type: 'Unreachable' });
    expect(await read(source)).toHaveLength(3);
  });

  it('need every question that site.yaml names', async () => {
    const { id } = await world.made();
    world.google.forms.get(id)!.items[1]!.title = '학생 번호';
    await expect(read()).rejects.toMatchObject({
      type: 'ConfigInvalid',
      message: expect.stringMatching(/no question "학번"; set survey.columns.studentNumber .*"학생 번호"/),
    });
  });

  it('name no person when one is invalid', async () => {
    const { id } = await world.made();
    world.google.answer(id, { ...erin, 아이디: ' ' }, '2027-03-01T00:00:00Z');
    expect(await world.surveys()(siteWith()).responses(world.name)).toEqual({
      answers: [],
      unusable: ['row 2, column "아이디": empty'],
    });
  });
});
