import { expect, test } from 'vitest';
import { terminalSvg } from '../../lab/terminal-svg.ts';

test('the picture of a terminal shows the command and each line as text, and what comes after a screen is cut', () => {
  const svg = terminalSvg('semester plan demo wipe', 'Gate <wipe>\n  ! two & more\n  erin');
  expect(svg.match(/>[^<]*<\/text>/g)).toEqual([
    '>$ semester plan demo wipe</text>',
    '>Gate &lt;wipe&gt;</text>',
    '>  ! two &amp; more</text>',
    '>  erin</text>',
  ]);
  const long = terminalSvg('x', Array.from({ length: 200 }, (_, at) => `line ${at}`).join('\n'));
  expect([long.match(/<\/text>/g)?.length, long]).toEqual([45, expect.stringContaining('>…</text>')]);
  const wide = terminalSvg('x', `  ! ${'word '.repeat(30)}`).match(/fill="[^"]*" xml:space="preserve">[^<]*/g) ?? [];
  expect(wide.map((row) => row.replaceAll(/(word ?)+$/g, '…'))).toEqual([
    expect.stringMatching(/>\$ x$/),
    'fill="#eed49f" xml:space="preserve">  ! …',
    'fill="#eed49f" xml:space="preserve">    …',
  ]);
});
