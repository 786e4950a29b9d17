// Worker and client `require` this file, and the workflow bundle contains it: so it is no TypeScript and no ES module.
const { DefaultFailureConverter } = require('@temporalio/common');

/** Moves messages and stack traces of errors into a payload, which the codec encrypts. */
exports.failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
