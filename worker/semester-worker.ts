#!/usr/bin/env node
import '../client/check-node.ts';
import '../client/check-build.ts';
import '../client/source-maps.ts';

await import('./main.ts');
