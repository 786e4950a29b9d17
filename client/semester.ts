#!/usr/bin/env node
import './check-node.ts';
import './check-build.ts';

const { run } = await import('./main.ts');
process.exitCode = await run(process.argv.slice(2));
