import { randomBytes } from 'node:crypto';
import { ApplicationFailure, defaultPayloadConverter, type Payload } from '@temporalio/common';
import {
  decodeOptionalFailureToOptionalError,
  encodeErrorToFailure,
  loadDataConverter,
} from '@temporalio/common/lib/internal-non-workflow/index.js';
import { describe, expect, test } from 'vitest';
import { isEncrypted } from '../../codec/cipher.ts';
import { clientConverter, createCodec, workerConverter } from '../../codec/data-converter.ts';
import { decodeHistory, payloadToJson } from '../../codec/history.ts';
import { loadKeys, newKey, parseKeys } from '../../codec/keys.ts';

const NAME = '한은혜 <grace@example.org>';
const [older, newer] = [newKey(new Date(), 'older'), newKey(new Date(), 'newer')];
const plain = (value: unknown): Payload => defaultPayloadConverter.toPayload(value);
const valueOf = (payload: Payload | undefined) => defaultPayloadConverter.fromPayload(payload!);
const metadataOf = (payload: Payload | undefined, name: string) => Buffer.from(payload!.metadata![name]!).toString();

async function encrypted(value: unknown, keys = parseKeys(newer)): Promise<Payload> {
  const [payload] = await createCodec(keys).encode([plain(value)]);
  return payload!;
}

describe('payloads', () => {
  test('come back as they were, and nothing of them can be read on the way', async () => {
    const payload = await encrypted({ to: NAME });
    expect(metadataOf(payload, 'encoding')).toBe('binary/encrypted');
    expect(metadataOf(payload, 'encryption-key-id')).toBe('newer');
    expect(Buffer.from(payload.data!).includes('grace')).toBe(false);
    expect(Buffer.from(payload.data!).includes('json/plain')).toBe(false);
    const [back] = await createCodec(parseKeys(newer)).decode([payload]);
    expect(valueOf(back)).toEqual({ to: NAME });
    expect(metadataOf(back, 'encoding')).toBe('json/plain');
  });

  test('of equal content look different', async () => {
    expect((await encrypted('x')).data).not.toEqual((await encrypted('x')).data);
  });

  test('the first key encrypts, older ones still decrypt', async () => {
    const codec = createCodec(parseKeys(`${newer},${older}`));
    const [fresh] = await codec.encode([plain(1)]);
    expect(metadataOf(fresh, 'encryption-key-id')).toBe('newer');
    expect((await codec.decode([await encrypted(2, parseKeys(older)), fresh!])).map(valueOf)).toEqual([2, 1]);
  });

  test('that are not encrypted pass, as from the Temporal UI', async () => {
    expect(await createCodec(parseKeys(newer)).decode([plain(NAME)])).toEqual([plain(NAME)]);
    expect(await createCodec(null).encode([plain(NAME)])).toEqual([plain(NAME)]);
  });

  test('without their key, the key is named and where it belongs', async () => {
    const payload = await encrypted(NAME, parseKeys(older));
    for (const keys of [null, parseKeys(newer)]) {
      await expect(createCodec(keys).decode([payload])).rejects.toThrow(/key "older".*SEMESTER_PAYLOAD_KEYS/);
    }
  });

  test('that were changed in any part do not open', async () => {
    const codec = createCodec(parseKeys(newer));
    const payload = await encrypted(NAME);
    const { length } = payload.data!;
    for (const at of [0, 11, 12, 20, length - 17, length - 16, length - 1]) {
      const data = Buffer.from(payload.data!);
      data[at] = data[at]! ^ 1;
      await expect(codec.decode([{ ...payload, data }])).rejects.toThrow('Decryption fails');
    }
    for (const short of [0, 12, 27]) {
      await expect(codec.decode([{ ...payload, data: payload.data!.subarray(0, short) }])).rejects.toThrow(
        'Decryption fails',
      );
    }
    const same = `first:${newer.split(':')[1]},second:${newer.split(':')[1]}`;
    const [first] = await createCodec(parseKeys(same)).encode([plain(NAME)]);
    const renamed = { ...first!, metadata: { ...first!.metadata, 'encryption-key-id': Buffer.from('second') } };
    await expect(createCodec(parseKeys(same)).decode([renamed])).rejects.toThrow('Decryption fails');
  });
});

test('texts and stack traces of errors, and of their causes, are encrypted', async () => {
  const converter = loadDataConverter(clientConverter(parseKeys(newer)));
  const cause = new Error(`550 no such user ${NAME}`);
  const failure = await encodeErrorToFailure(
    converter,
    ApplicationFailure.create({ message: `cannot mail ${NAME}`, type: 'Bounced', details: [NAME], cause }),
  );
  const stored = JSON.stringify(failure, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  expect(stored).not.toMatch(/grace|한은혜|no such user|codec\.test/);
  expect(failure.applicationFailureInfo?.type).toBe('Bounced');
  const back = await decodeOptionalFailureToOptionalError(converter, failure);
  expect([back?.message, back?.cause]).toEqual([
    `cannot mail ${NAME}`,
    expect.objectContaining({ message: `550 no such user ${NAME}` }),
  ]);
});

test('encryption: off reads what was encrypted before and writes readable', async () => {
  const [codec] = workerConverter('off', parseKeys(newer)).payloadCodecs!;
  expect(await codec!.encode([plain(NAME)])).toEqual([plain(NAME)]);
  expect(valueOf((await codec!.decode([await encrypted(NAME)]))[0])).toBe(NAME);
});

test('without a key nothing starts, unless the site says so', () => {
  expect(() => workerConverter('required', null)).toThrow(/semester keys new.*encryption: off/);
  expect(workerConverter('off', null).failureConverterPath).toBeUndefined();
  expect(workerConverter('required', parseKeys(newer)).failureConverterPath).toMatch(/failure-converter/);
});

test('an exported history is decoded wherever a payload stands in it', async () => {
  const keys = parseKeys(newer);
  const stored = {
    events: [
      { eventId: '1', a: { input: { payloads: [payloadToJson(await encrypted(NAME))] } } },
      { memo: { fields: { x: payloadToJson(plain(7)) } } },
    ],
  };
  expect(JSON.stringify(stored)).not.toContain(Buffer.from(NAME).toString('base64').slice(0, 12));
  const decoded = await decodeHistory(stored, createCodec(keys));
  expect(decoded).toEqual({
    events: [{ eventId: '1', a: { input: { payloads: [payloadToJson(plain(NAME))] } } }, stored.events[1]],
  });
});

describe('keys', () => {
  const key = randomBytes(32).toString('base64');
  test.each([
    ['without an id', key, 'has no valid id'],
    ['an id with a space', `my key:${key}`, 'has no valid id'],
    ['too short', `a:${randomBytes(16).toString('base64')}`, 'not 32 bytes'],
    ['not base64', `a:${'!'.repeat(43)}=`, 'not 32 bytes'],
    ['twice the same id', `a:${key},a:${key}`, 'repeats the id "a"'],
    ['an empty place', `a:${key},`, 'Key 2'],
  ])('%s is refused, and the key is not told', (_, text, said) => {
    const refusal = () => parseKeys(text);
    expect(refusal).toThrow(said);
    expect(refusal).not.toThrow(key.slice(0, 8));
  });

  test('are read from the environment, with room around the commas', async () => {
    const keys = await loadKeys({ SEMESTER_PAYLOAD_KEYS: ` ${newer} , ${older} ` });
    expect([keys?.first, [...keys!.byId.keys()]]).toEqual(['newer', ['newer', 'older']]);
    expect(await loadKeys({})).toBeNull();
    expect(JSON.stringify([...keys!.byId])).not.toContain(newer.split(':')[1]);
  });

  test('are new each time, and named by the day', () => {
    const made = newKey(new Date('2027-02-01T00:00:00Z'));
    expect(made).toMatch(/^k-2027-02-01-[0-9a-f]{4}:/);
    expect(newKey(new Date())).not.toBe(newKey(new Date()));
    expect(isEncrypted(plain(1))).toBe(false);
  });
});
