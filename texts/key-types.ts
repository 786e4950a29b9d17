import type { Catalogue } from './catalogue.ts';
import { liquid } from './liquid.ts';

/** The variables that a text uses, sorted. */
export const variablesOf = (source: string): readonly string[] => liquid.globalVariablesSync(source).toSorted();

/** The source of `keys.ts`: each key of a catalogue with its variables. */
export function keyTypes(catalogue: Catalogue): string {
  const keys = [...catalogue].map(([key, { source }]) => {
    const names = variablesOf(source);
    const fields = names.map((name) => `    readonly ${name}: MessageValue;\n`).join('');
    return names.length === 0 ? `  '${key}': null;\n` : `  '${key}': {\n${fields}  };\n`;
  });
  return `// Made from templates/messages/en.yaml by npm run messages. Do not edit.

/** The value of a variable. */
export type MessageValue = string | number | boolean | null | readonly string[];

/** The variables of each message; null where it has none. */
export interface MessageVariables {
${keys.join('')}}

export type MessageKey = keyof MessageVariables;
`;
}
