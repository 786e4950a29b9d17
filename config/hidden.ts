/** Control characters, separators of lines, and characters that nobody sees or that turn the text around them; a class of a regular expression. */
export const HIDDEN =
  '\\p{Cc}\\p{Cs}\\p{Zl}\\p{Zp}\\u00ad\\u061c\\u180e\\u200b\\u200e\\u200f\\u202a-\\u202e\\u2060-\\u2064\\u2066-\\u2069\\ufeff';

/** Line feeds and tabs are no more than white space. */
const EACH = new RegExp(`(?![\\n\\t])[${HIDDEN}]`, 'gu');

/**
 * A text for the terminal of a person: hidden characters are written out. What a file, a survey, a server or a user's process says could else
 * move the cursor, hide or repaint lines, and so change what an approver reads.
 */
export const shown = (text: string): string =>
  text.replace(EACH, (one) => `\\u${(one.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`);
