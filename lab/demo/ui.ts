import { styleText } from 'node:util';
import { elapsed } from '../setup/elapsed.ts';

type Style = Parameters<typeof styleText>[0];

/** Adds colour if standard output is a terminal. */
const coloured = (style: Style) => (text: string) => (process.stdout.isTTY ? styleText(style, text) : text);

export const bold = coloured('bold');
export const dim = coloured('dim');
export const green = coloured('green');
export const red = coloured('red');
export const yellow = coloured('yellow');

const since = Date.now();

/** Prints a line with the time since the start of the demo. */
export function say(text: string): void {
  const [first = '', ...rest] = text.split('\n');
  const indent = rest.map((line) => `\n        ${line}`).join('');
  console.log(`${dim(elapsed(since).padStart(6))}  ${first}${indent}`);
}

/** Prints a heading. */
export function heading(text: string): void {
  console.log();
  say(bold(text));
}

/** Time since the start of the demo, as `2:41`. */
export const elapsedTime = (): string => elapsed(since);
