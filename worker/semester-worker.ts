#!/usr/bin/env node
import '../client/check-node.ts';
import '../client/check-build.ts';

await import('./main.ts');
