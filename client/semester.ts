#!/usr/bin/env node
import './check-node.ts';
import './check-build.ts';
import './source-maps.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader has gone: `semester mails | head`.
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
const { run } = await import('./main.ts');
process.exitCode = await run(process.argv.slice(2));
