import { styleText } from 'node:util';
import { elapsed } from '../setup/elapsed.ts';

type Style = Parameters<typeof styleText>[0];

/** Colour where a terminal shows it. */
const coloured = (style: Style) => (text: string) => (process.stdout.isTTY ? styleText(style, text) : text);

export const bold = coloured('bold');
export const dim = coloured('dim');
export const green = coloured('green');
export const red = coloured('red');
export const yellow = coloured('yellow');

const since = Date.now();

/** One line with the time since the demo began; reads the same in a terminal and in a log. */
export function say(text: string): void {
  const [first = '', ...rest] = text.split('\n');
  const indent = rest.map((line) => `\n        ${line}`).join('');
  console.log(`${dim(elapsed(since).padStart(6))}  ${first}${indent}`);
}

/** A line that begins something new. */
export function heading(text: string): void {
  console.log();
  say(bold(text));
}

/** `2:41` since the demo began. */
export const soFar = (): string => elapsed(since);
