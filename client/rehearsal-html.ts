import { readFile } from 'node:fs/promises';
import { Liquid } from 'liquidjs';
import { detailsOf, type Rehearsal, samplesOf, titleOf } from './rehearsal.ts';

const TEMPLATE = new URL('rehearsal.liquid', import.meta.url);

/** Renders the report as one HTML file that loads nothing. Mails are in sandboxed frames, which run no scripts. */
export async function rehearsalHtml(rehearsal: Rehearsal): Promise<string> {
  const liquid = new Liquid({
    outputEscape: 'escape',
    strictVariables: true,
    strictFilters: true,
    ownPropertyOnly: true,
  });
  const gates = rehearsal.gates.map((gate) => ({
    ...gate,
    title: titleOf(gate),
    counts: Object.entries(gate.ref?.counts ?? {}),
    mails: samplesOf(gate),
    details: detailsOf(gate),
  }));
  return (await liquid.parseAndRender(await readFile(TEMPLATE, 'utf8'), { ...rehearsal, gates })) as string;
}
