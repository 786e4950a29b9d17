/**
 * What a factory returns: the contract `T` as properties. A caller may take single activities out of it, since none uses `this`;
 * the linter (`unbound-method`) refuses that for the methods of an interface.
 */
export type Handlers<T> = { [K in keyof T]: T[K] };
