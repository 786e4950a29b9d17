// Read by `require` in worker and client and bundled into the workflows: therefore no TypeScript, and no ES module.
const { DefaultFailureConverter } = require('@temporalio/common');

/** Puts messages and stack traces of errors into a payload, which the codec encrypts like any other. */
exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
