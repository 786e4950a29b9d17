import { Command } from 'commander';
import { formatBytes } from '../../domain/size.ts';
import type { Io } from '../io.ts';
import { jsonText } from '../json.ts';
import { table } from '../table.ts';
import { inspect } from '../workflows.ts';
import type { BackupRow, BackupTable } from '../../activities/hosts/backup/contract.ts';

/** `backups`: lists the backups, and when each may be pruned. */
export function backupsCommand(io: Io): Command {
  return new Command('backups')
    .description('List the backups: age, size, state on the replica, and when each may be pruned')
    .option('--json', 'print the table as JSON')
    .addHelpText('after', '\nExample:\n  semester backups')
    .action(async ({ json }: { json?: boolean }) => {
      const found = await io.withClient((client) => inspect(client, 'backups', {}));
      io.out(json ? jsonText('backups', found) : render(found, io.columns));
    });
}

const STAYS_BECAUSE = {
  undated: 'stays: its name does not begin with a date',
  writable: 'stays: not read-only',
  young: '',
  only: 'stays: the only one',
  newest: 'stays: the newest',
  'not-replicated': 'stays: not on the replica',
  'common-parent': 'stays: parent of the next transfer to the replica',
} as const;

function retentionOf({ stays, mayGoAfter }: BackupRow): string {
  if (stays === null) return 'may be pruned';
  return stays === 'young' ? `may be pruned after ${mayGoAfter}` : STAYS_BECAUSE[stays];
}

function render({ storage, replica, silent, rows }: BackupTable, columns: number | null): string {
  if (rows.length === 0) return `${storage} has no backups.`;
  const head = ['backup', 'days', 'size', 'frees', 'nested', ...(replica === null ? [] : [`on ${replica}`]), ''];
  const cells = rows.map((row) => {
    const size = row.bytes === null ? ['?', '?'] : [formatBytes(row.bytes.total), formatBytes(row.bytes.own)];
    return [
      row.name,
      row.days ?? '?',
      ...size,
      row.nested,
      ...(replica === null ? [] : [row.replica ?? '']),
      retentionOf(row),
    ];
  });
  const lines = [`Backups on ${storage}:`, table(columns, head, cells)];
  if (replica === null) lines.push('Each backup is the only copy: site.yaml names no replica.');
  if (silent !== null) lines.push(`${replica} could not be checked: ${silent}`);
  return lines.join('\n');
}
