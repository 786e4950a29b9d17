import type { Site } from '../../domain/site.ts';
import { fieldsOf } from '../hosts/remote/names.ts';
import type { Remote } from '../hosts/remote/remote.ts';
import { espOf } from '../hosts/root/root.ts';
import type { DoctorCheck } from './contract.ts';

const KINDS: Readonly<Record<string, { what: string; byHand: string }>> = {
  window: { what: '/ was left writable', byHand: 'btrfs property set -ts / ro true' },
  job: { what: 'an interrupted job', byHand: 'read its output, then rm -r the record' },
  'old-job': { what: 'a record of a job, older than two semesters', byHand: 'rm -r the record' },
  receive: {
    what: "a writable snapshot without a Received UUID: an interrupted receive, or a person's own",
    byHand: 'inspect it, then btrfs subvolume delete it',
  },
  'new-root': {
    what: 'an unfinished new root',
    byHand: 'rename the subvolume that should boot to root, then delete root.new',
  },
  guard: {
    what: 'a root was activated, and neither booted nor reverted',
    byHand: 'check the running root and btrfs subvolume get-default /, then rm it',
  },
  'failed-root': {
    what: 'an image from which this host reverted: find out why before you delete it',
    byHand: 'btrfs subvolume delete it',
  },
  'foreign-root': {
    what: 'a subvolume that this service did not make; its name looks like that of a failed image',
    byHand: '',
  },
  part: { what: 'an unfinished image', byHand: 'rm it' },
};

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
    rows.push(leftoverRow(host, kind, path, state, detail.trim()));
  }
  if (rows.length > 0) return rows;
  return [{ check: 'left behind', where: host, state: 'ok', found: 'nothing', remedy: '' }];
}

/** Converts one record of the script to a row. */
export function leftoverRow(host: string, kind: string, path: string, state: string, detail: string): DoctorCheck {
  const { what, byHand } = KINDS[kind] ?? { what: kind, byHand: 'inspect it' };
  const found = `${path}: ${what}${detail === '' ? '' : ` (${detail})`}`;
  return {
    check: 'left behind',
    where: host,
    state: STATES[state] ?? 'wrong',
    found: state === 'busy' ? `${found}; a job is running there` : found,
    remedy: { left: 'semester doctor --fix', 'by-hand': byHand, failed: `on ${host}: ${byHand}` }[state] ?? '',
  };
}
