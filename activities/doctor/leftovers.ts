import type { Site } from '../../domain/site.ts';
import { fieldsOf } from '../hosts/remote/names.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { espOf } from '../hosts/root/root.ts';
import type { MessageKey } from '../../texts/keys.ts';
import type { Say } from '../../texts/messages.ts';
import type { DoctorCheck } from './contract.ts';

/** What leftovers.sh finds. */
type Kind = Extract<MessageKey, `doctor.left.what.${string}`> extends `doctor.left.what.${infer K}` ? K : never;
const KINDS: readonly string[] = [
  'window',
  'job',
  'old-job',
  'receive',
  'new-root',
  'guard',
  'failed-root',
  'foreign-root',
  'part',
] satisfies readonly Kind[];
const isKind = (kind: string): kind is Kind => KINDS.includes(kind);

const STATES: Readonly<Record<string, DoctorCheck['state']>> = {
  left: 'wrong',
  'by-hand': 'wrong',
  noted: 'ok',
  failed: 'wrong',
  busy: 'ok',
  cleaned: 'cleaned',
};

/**
 * Lists leftovers of earlier runs on one host, one row each; with `mode` `clean`, cleans them first.
 * @throws ApplicationFailure `Unreachable`, `CommandFailed`
 */
export async function checkLeftovers(
  say: Say,
  remote: Remote,
  site: Site,
  host: string,
  mode: 'list' | 'clean',
): Promise<readonly DoctorCheck[]> {
  const { layout, storage } = site;
  const role = host === storage.name ? 'storage' : 'gpu';
  const args = [mode, role, layout.toplevel, layout.jobs, layout.snapshots, layout.images, espOf(site)];
  const fields = fieldsOf(await remote.run(host, { name: 'leftovers', args }, { deadlineMs: 5 * 60_000 })).map(String);
  const rows: DoctorCheck[] = [];
  for (let at = 0; at + 4 <= fields.length; at += 4) {
    const [kind = '', path = '', state = '', detail = ''] = fields.slice(at, at + 4);
    rows.push(leftoverRow(say, host, kind, path, state, detail.trim()));
  }
  if (rows.length > 0) return rows;
  const title = say('doctor.check.left behind');
  return [{ check: 'left behind', title, where: host, state: 'ok', found: say('doctor.left.nothing'), remedy: '' }];
}

/** Converts one record of the script to a row. */
export function leftoverRow(
  say: Say,
  host: string,
  kind: string,
  path: string,
  state: string,
  detail: string,
): DoctorCheck {
  const what = isKind(kind) ? say(`doctor.left.what.${kind}`) : kind;
  const byHand = isKind(kind) ? say(`doctor.left.byHand.${kind}`) : say('doctor.left.byHand.unknown');
  return {
    check: 'left behind',
    title: say('doctor.check.left behind'),
    where: host,
    state: STATES[state] ?? 'wrong',
    found: say('doctor.left.found', { path, what, detail: detail || null, busy: state === 'busy' }),
    remedy:
      { left: say('doctor.left.fix'), 'by-hand': byHand, failed: say('doctor.left.failed', { host, byHand }) }[state] ??
      '',
  };
}
