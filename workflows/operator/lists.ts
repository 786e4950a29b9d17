/** Appends an item and drops the oldest items beyond `most`. */
export function appendCapped<T>(most: number, list: T[], item: T): void {
  list.push(item);
  if (list.length > most) list.splice(0, list.length - most);
}
