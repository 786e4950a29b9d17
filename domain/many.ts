/** A number with its noun: `1 home`, `2 homes`, `3 people`. */
export const many = (count: number, one: string, more = `${one}s`): string => `${count} ${count === 1 ? one : more}`;
