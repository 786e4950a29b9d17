/**
 * The contract `T` as properties: the return type of an activity factory. Activities do not use `this`, so a caller may
 * take single ones out; the linter (`unbound-method`) rejects that for interface methods.
 */
export type Handlers<T> = { [K in keyof T]: T[K] };
