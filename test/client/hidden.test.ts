import { expect, onTestFinished, test, vi } from 'vitest';
import { terminalIo } from '../../client/io.ts';

/** What reaches the terminal. */
async function printed(print: (io: ReturnType<typeof terminalIo>) => unknown): Promise<string> {
  const parts: string[] = [];
  const keep = (part: unknown) => parts.push(String(part)) > 0;
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation(keep),
  );
  try {
    await print(terminalIo());
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return parts.join('');
}

/** What an applicant, a file name, a mail server or a process may say, and what an approver would see of it. */
const SAID: readonly (readonly [what: string, text: string])[] = [
  ['hides what follows', 'erin\u001b[8m, mallory'],
  ['moves up and repaints a line', 'x\u001b[2A\u001b[2Knobody is deleted'],
  ['goes back to the beginning of the line', 'mallory\rerin   '],
  ['rubs characters out', 'mallory\b\b\b\b\b\b\berin'],
  ['clears the screen', '\u001bc'],
  ['uses the one-character form', '\u009b8m'],
  ['writes to the clipboard', '\u001b]52;c;cm0gLXJm\u0007'],
  ['sets the title, as a command to paste', '\u001b]0;rm -rf /\u0007\u001b[21t'],
  ['turns the text around', 'erin\u202emallory\u202c'],
  ['is invisible', 'er\u200bin\u2060\ufeff'],
  ['ends the line for some', 'erin\u2028mallory\u0085'],
  ['holds nothing', 'erin\u0000'],
];

test.each(SAID)('a text that %s is written out', async (_, text) => {
  onTestFinished(() => void vi.restoreAllMocks());
  for (const by of ['out', 'note', 'page'] as const) {
    const seen = await printed((io) => io[by](text));
    expect(seen).not.toMatch(/[\p{Cc}\u200b\u2028\u202a-\u202e\u2060\ufeff](?<!\n)/u);
    expect(seen).toMatch(/\\u[0-9a-f]{4}/);
  }
});

test('Korean, emoji, tabs and lines stay; JSON keeps its values; bytes to sign stay as they are', async () => {
  const plain = '홈 36개 👩‍💻\t│ é\n';
  expect(await printed((io) => io.out(plain))).toBe(`${plain}\n`);
  const value = { said: 'a\u202eb\u0000' };
  expect(JSON.parse(await printed((io) => io.out(JSON.stringify(value))))).toEqual(value);
  expect(await printed((io) => io.write('a\u001bb'))).toBe('a\u001bb');
});
