#!/usr/bin/env node
import '../client/check-node.js';
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
