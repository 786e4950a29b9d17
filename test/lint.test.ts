import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const IMPORTS = 'eslint(no-restricted-imports)';

/** One line for each import or call that the design forbids in a folder, and the rule that must report it. */
const FORBIDDEN: readonly (readonly [file: string, code: string, rule: string])[] = [
  ['workflows/node.ts', "import 'node:crypto';", IMPORTS],
  ['workflows/package.ts', "import 'zod';", IMPORTS],
  ['workflows/scoped.ts', "import '@inquirer/prompts';", IMPORTS],
  ['workflows/sdk.ts', "import '@temporalio/client';", IMPORTS],
  ['workflows/config.ts', "import type { A } from '../config/load.ts';\nexport type B = A;", IMPORTS],
  ['workflows/codec.ts', "import type { A } from '../codec/keys.ts';\nexport type B = A;", IMPORTS],
  [
    'workflows/phases/activity.ts',
    "import { a } from '../../activities/site/activities.ts';\nexport const b = a;",
    IMPORTS,
  ],
  ['workflows/phases/digest.ts', "import '../../domain/digest.ts';", IMPORTS],
  ['workflows/calendar.ts', "import '../domain/calendar.ts';", IMPORTS],
  ['workflows/retention.ts', "import '../domain/retention.ts';", IMPORTS],
  ['workflows/gate.ts', "import { wipeGate } from '../domain/gates/wipe.ts';\nexport const a = wipeGate;", IMPORTS],
  ['domain/gate.ts', "import { wipeGate } from './gates/wipe.ts';\nexport const a = wipeGate;", IMPORTS],
  ['domain/zod.ts', "import 'zod';", IMPORTS],
  ['domain/gates/io.ts', "import 'node:fs';", IMPORTS],
  ['domain/gates/outside.ts', "import '../../config/load.ts';", IMPORTS],
  ['domain/outside.ts', "import '../config/load.ts';", IMPORTS],
  ['domain/io.ts', "import 'node:fs';", IMPORTS],
  ['domain/zones.ts', "import 'temporal-polyfill';", IMPORTS],
  ['domain/behind.ts', "import './digest.ts';", IMPORTS],
  ['domain/digest.ts', "import 'node:child_process';", IMPORTS],
  ['config/activity.ts', "import '../activities/site/activities.ts';", IMPORTS],
  ['activities/workflow.ts', "import '../workflows/semester.ts';", IMPORTS],
  ['activities/hosts/worker.ts', "import '../../worker/secrets.ts';", IMPORTS],
  ['activities/lab.ts', "import '../lab/lab.ts';", IMPORTS],
  ['activities/client.ts', "import '../client/main.ts';", IMPORTS],
  ['client/commands/activity.ts', "import '../../activities/site/activities.ts';", IMPORTS],
  ['client/worker.ts', "import '../worker/main.ts';", IMPORTS],
  ['client/host.ts', "import 'ssh2';", IMPORTS],
  ['codec/worker.ts', "import '../worker/secrets.ts';", IMPORTS],
  ['config/codec.ts', "import '../codec/keys.ts';", IMPORTS],
  ['codec/signing.ts', "import '../signing/ssh-keygen.ts';", IMPORTS],
  ['signing/config.ts', "import '../config/load.ts';", IMPORTS],
  ['texts/activity.ts', "import '../activities/mail/send.ts';", IMPORTS],
  ['texts/client.ts', "import '../client/main.ts';", IMPORTS],
  ['watch/worker.ts', "import '../worker/secrets.ts';", IMPORTS],
  ['watch/mail.ts', "import '../activities/mail/send.ts';", IMPORTS],
  ['worker/lab.ts', "import '../lab/lab.ts';", IMPORTS],
  ['worker/test.ts', "import '../test/support/run.ts';", IMPORTS],
  ['recovery/lab.ts', "import '../lab/lab.ts';", IMPORTS],
  ['lab/test.ts', "import '../test/support/run.ts';", IMPORTS],
  ['worker/floating.ts', 'async function f() {}\nf();', 'typescript(no-floating-promises)'],
  ['worker/misused.ts', '[1].forEach(async () => {});', 'typescript(no-misused-promises)'],
  ['worker/thenable.ts', 'export const a = await 1;', 'typescript(await-thenable)'],
  ['worker/one.ts', "import type { B } from './two.ts';\nexport type A = B;", 'import(no-cycle)'],
  ['worker/two.ts', "import type { A } from './one.ts';\nexport type B = A;", 'import(no-cycle)'],
  ['worker/packed.ts', 'export const a = { ...{ b: 1 } };', 'unicorn(no-useless-spread)'],
  ['test/only.test.ts', "import { test } from 'vitest';\ntest.only('a', () => {});", 'vitest(no-focused-tests)'],
  ['test/skip.test.ts', "import { test } from 'vitest';\ntest.skip('a', () => {});", 'vitest(no-disabled-tests)'],
];

const ALLOWED: readonly (readonly [file: string, code: string])[] = [
  [
    'workflows/phases/right.ts',
    "import '@temporalio/workflow';\nimport '../../domain/names.ts';\nimport '../operator/a.ts';",
  ],
  ['workflows/types.ts', "import type { A } from '../activities/contract.ts';\nexport type B = A;"],
  ['workflows/gate-type.ts', "import type { Gate } from '../domain/gates/index.ts';\nexport type A = Gate;"],
  ['domain/gate-type.ts', "import type { Gate } from './gates/index.ts';\nexport type A = Gate;"],
  ['domain/gates/right.ts', "import 'zod';\nimport '../ledger.ts';"],
  [
    'client/audit/contracts.ts',
    "import { AUTHORITY } from '../../activities/contract.ts';\nexport const a = AUTHORITY;",
  ],
  ['domain/moments.ts', "import 'temporal-polyfill';\nimport './names.ts';"],
  [
    'activities/site/activities.ts',
    "import '../config/load.ts';\nimport '../domain/digest.ts';\nimport '@temporalio/activity';",
  ],
  ['watch/store.ts', "import '../activities/store/open.ts';\nimport '../client/target.ts';"],
  [
    'texts/right.ts',
    "import '../activities/failures.ts';\nimport '../config/text-file.ts';\nimport '../domain/many.ts';",
  ],
  ['client/texts.ts', "import '../texts/messages.ts';"],
  ['client/check.ts', "import '../config/load.ts';\nimport '@temporalio/client';"],
];

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
}
let found: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lint-'));
  try {
    for (const [file, code] of [...FORBIDDEN, ...ALLOWED]) {
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), `${code}\n`);
    }
    for (const file of ['.oxlintrc.json', 'tsconfig.json']) await copyFile(join(ROOT, file), join(folder, file));
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const oxlint = join(ROOT, 'node_modules', '.bin', 'oxlint');
    const { stdout } = await execa(oxlint, ['--type-aware', '--format=json'], { cwd: folder, reject: false });
    const { diagnostics } = JSON.parse(stdout) as Report;
    const files = [...new Set(diagnostics.map(({ filename }) => filename))];
    found = new Map(
      files.map((file) => [file, diagnostics.filter((one) => one.filename === file).map((one) => one.code)]),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);

test.each(FORBIDDEN)('%s is refused', (file, _, rule) => {
  expect(found.get(file)).toContain(rule);
});

test.each(ALLOWED)('%s is allowed', (file) => {
  expect(found.get(file) ?? []).not.toContain(IMPORTS);
});
