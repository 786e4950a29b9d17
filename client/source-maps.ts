import module from 'node:module';

/** Stack traces name the TypeScript. The maps of packages stay unread: they would take 15 MB of a worker. Node 22.13 does not have it. */
module.setSourceMapsSupport?.(true, { nodeModules: false, generatedCode: false });
