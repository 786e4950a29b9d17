/** Encoding of a payload that takes the place of one that the worker could not decrypt. Its data is the reason. */
export const UNREADABLE = 'binary/unreadable';

/** A payload that could not be read, as a workflow receives it. To throw would fail its workflow task for ever. */
export class Unreadable {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}
