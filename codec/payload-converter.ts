import { defaultPayloadConverter, type Payload, type PayloadConverter } from '@temporalio/common';
import { Unreadable, UNREADABLE } from '../domain/unreadable.ts';
import { textOf } from './text.ts';

/**
 * For the bundle of the workflows: what cannot be read (another encoding, malformed JSON, a key that the worker lacks) becomes an
 * `Unreadable`. The handler of the message refuses it; the interceptors stop the workflow task where it is no message.
 */
export const payloadConverter: PayloadConverter = {
  toPayload: (value) => defaultPayloadConverter.toPayload(value),
  fromPayload<T>(payload: Payload): T {
    const encoding = textOf(payload.metadata?.['encoding']);
    if (encoding === UNREADABLE) return new Unreadable(textOf(payload.data)) as T;
    try {
      return defaultPayloadConverter.fromPayload<T>(payload);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return new Unreadable(`it cannot be read as ${encoding || 'a payload without an encoding'}: ${why}`) as T;
    }
  },
};
