import { Option, type Command } from 'commander';
import type { SemesterOverrides } from '../config/load.ts';

/** Flags that override semester.yaml. */
export interface SemesterFlags {
  readonly name?: string;
  readonly deadline?: string;
  readonly periodFrom?: string;
  readonly periodUntil?: string;
  readonly applicationsUntil?: string;
  readonly mode?: 'update' | 'reinstall';
  readonly order?: 'wipe-first' | 'update-first';
}

export const DEFAULT_SITE = process.env['SEMESTER_SITE'] ?? 'site.yaml';

/** Adds the flags that override semester.yaml. */
export function withSemesterFlags(command: Command): Command {
  return command
    .option('--name <name>', 'overrides the file, like the flags below')
    .option('--deadline <date>', 'the announced deadline: a date (the end of that day) or an exact time')
    .option('--period-from <date>', 'first day of use')
    .option('--period-until <date>', 'last day of use')
    .option('--applications-until <date>', 'last day for applications')
    .addOption(new Option('--mode <mode>').choices(['update', 'reinstall']))
    .addOption(new Option('--order <order>').choices(['wipe-first', 'update-first']));
}

const withoutUndefined = (value: object) =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined));

const nonEmpty = (value: object) => (Object.keys(value).length > 0 ? value : undefined);

/** Converts the flags to the part of semester.yaml that they override; undefined if there are none. */
export function overridesOf(flags: SemesterFlags): SemesterOverrides | undefined {
  const { name, deadline, mode, order } = flags;
  const period = nonEmpty(withoutUndefined({ from: flags.periodFrom, until: flags.periodUntil }));
  const applications = nonEmpty(withoutUndefined({ until: flags.applicationsUntil }));
  return nonEmpty(withoutUndefined({ name, deadline, mode, order, period, applications }));
}
