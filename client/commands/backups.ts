import Table from 'cli-table3';
import { Command } from 'commander';
import { formatBytes } from '../../domain/size.ts';
import type { Io } from '../io.ts';
import { inspect } from '../workflows.ts';
import type { BackupRow, BackupTable } from '../../activities/hosts/backup/contract.ts';

/** `backups`: what there is to restore from, and when each may go. */
export function backupsCommand(io: Io): Command {
  return new Command('backups')
    .description('List the backups: age, size, replica, and when each may go')
    .option('--json', 'print the table as JSON')
    .addHelpText('after', '\nExample:\n  semester backups')
    .action(async ({ json }: { json?: boolean }) => {
      const table = await io.withClient((client) => inspect(client, 'backups', {}));
      io.out(json ? JSON.stringify(table, null, 2) : render(table));
    });
}

const WHY = {
  undated: 'stays: its name begins with no date',
  writable: 'stays: not read-only',
  young: '',
  only: 'stays: the only one',
  newest: 'stays: the newest',
  'not-replicated': 'stays: not on the replica',
  'common-parent': 'stays: the next one is sent on top of it',
} as const;

function fateOf({ stays, mayGoAfter }: BackupRow): string {
  if (stays === null) return 'may go';
  return stays === 'young' ? `may go after ${mayGoAfter}` : WHY[stays];
}

function render({ storage, replica, silent, rows }: BackupTable): string {
  if (rows.length === 0) return `${storage} has no backups.`;
  const head = ['backup', 'days', 'size', 'frees', 'nested', ...(replica === null ? [] : [`on ${replica}`]), ''];
  const view = new Table({ head, style: { head: [], border: [] } });
  for (const row of rows) {
    const size = row.bytes === null ? ['?', '?'] : [formatBytes(row.bytes.total), formatBytes(row.bytes.own)];
    view.push([
      row.name,
      row.days ?? '?',
      ...size,
      row.nested,
      ...(replica === null ? [] : [row.replica ?? '']),
      fateOf(row),
    ]);
  }
  const lines = [`Backups on ${storage}:`, view.toString()];
  if (replica === null) lines.push('Each is the only copy: site.yaml names no replica.');
  if (silent !== null) lines.push(`${replica} could not be looked at: ${silent}`);
  return lines.join('\n');
}
