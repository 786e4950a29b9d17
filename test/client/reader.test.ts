import { expect, test } from 'vitest';
import { inReadersTime, readerOf } from '../../client/reader.ts';

const seoul = { zone: 'Asia/Seoul', language: 'ko' } as const;

test.each([
  ['the site, without a locale', seoul, {}, 'ko'],
  ['the terminal', seoul, { LANG: 'en_US.UTF-8' }, 'en'],
  ['the first variable that is set', seoul, { LC_ALL: 'ko_KR.UTF-8', LANG: 'en_US.UTF-8' }, 'ko'],
  ['the site, where the terminal has another language', seoul, { LANG: 'de_DE.UTF-8' }, 'ko'],
  ['the site, where the terminal has none', seoul, { LANG: 'C.UTF-8' }, 'ko'],
  ['English, without a site', {}, {}, 'en'],
])('the language is that of %s', (_, site, env, language) => {
  expect(readerOf(site, env).language).toBe(language);
});

test('each instant of a text is in the zone of the site, with the weekday', () => {
  const text = 'closed since 2027-02-10T15:30:00.123Z, until 2027-02-11T00:00:00Z. Backup 2027-02-11-wipe';
  expect(inReadersTime(text, readerOf(seoul, {}))).toBe(
    'closed since 2027-02-11 (목) 00:30, until 2027-02-11 (목) 09:00. Backup 2027-02-11-wipe',
  );
  expect(inReadersTime(text, readerOf(seoul, { LANG: 'en_GB.UTF-8' }))).toContain(
    'since 2027-02-11 (Thu) 00:30, until',
  );
});

test('without a site each time names its zone', () => {
  const { zone } = readerOf({}, {});
  expect(inReadersTime('2027-02-10T15:30:00Z', readerOf({}, {}))).toMatch(new RegExp(` ${zone}$`));
});

test('what is quoted, as the value of a file is, stays as it is', () => {
  const text =
    'site.yaml:3:1  deadline  found "2027-02-10T15:30:00Z", expected a date after 2027-02-10T15:30:00Z (line "a\\"2027-02-10T15:30:00Z")';
  expect(inReadersTime(text, readerOf(seoul, {}))).toBe(
    text.replace('after 2027-02-10T15:30:00Z', 'after 2027-02-11 (목) 00:30'),
  );
  // A quotation ends with its line.
  expect(inReadersTime('3.5" disk\n2027-02-10T15:30:00Z "', readerOf(seoul, {}))).toContain('2027-02-11 (목) 00:30');
});

test.each(['9999-99-99T99:99:99Z', '2027-02-30T00:00:00Z', '0000-00-00T00:00:00Z', '2027-01-01T24:00:01Z'])(
  'what only looks like an instant, as %s from an applicant, stays and stops nothing',
  (text) => {
    expect(inReadersTime(`${text} 2027-02-10T15:30:00Z`, readerOf(seoul, {}))).toBe(`${text} 2027-02-11 (목) 00:30`);
  },
);
