import { describe, expect, test } from 'vitest';
import { registerSearchAttributes } from '../../worker/search-attributes.ts';

const rejection = (code: number, message: string) =>
  Promise.reject(Object.assign(new Error(message), { code, details: message, metadata: {} }));
const refused = () => rejection(7, 'Request unauthorized.');

/** A Temporal whose namespace has these attributes, and that refuses what `refuses` names. */
function temporal(has: readonly string[], refuses: readonly ('list' | 'add' | 'query')[] = []) {
  const known = new Set(has);
  const added: string[] = [];
  return {
    added,
    operatorService: {
      listSearchAttributes: () =>
        refuses.includes('list')
          ? refused()
          : Promise.resolve({ customAttributes: Object.fromEntries([...known].map((name) => [name, 2])) }),
      addSearchAttributes: ({ searchAttributes }: { searchAttributes: object }) => {
        if (refuses.includes('add')) return refused();
        for (const name of Object.keys(searchAttributes)) added.push(name);
        return Promise.resolve({});
      },
    },
    workflowService: {
      countWorkflowExecutions: ({ query }: { query: string }) => {
        if (refuses.includes('query')) return refused();
        const [name = ''] = query.split(' ');
        return known.has(name)
          ? Promise.resolve({ count: 0 })
          : rejection(3, `${name} is not a valid search attribute`);
      },
    },
  };
}
const register = (one: ReturnType<typeof temporal>) =>
  registerSearchAttributes(one as unknown as Parameters<typeof registerSearchAttributes>[0], 'prod');

describe('without an operator’s rights, as at Temporal Cloud and behind an authorizer', () => {
  test('a worker starts where the attributes are registered', async () => {
    const one = temporal(['SemesterPhase', 'WaitingFor'], ['list', 'add']);
    await expect(register(one)).resolves.toBeNull();
  });

  test('one that is missing is named, with the command for an administrator', async () => {
    const one = temporal(['SemesterPhase'], ['list', 'add']);
    await expect(register(one)).rejects.toThrow(
      /"prod" of Temporal lacks the search attributes WaitingFor, and refuses .*Request unauthorized.*temporal operator search-attribute create .*--namespace prod/,
    );
  });

  test('a worker that may not even list workflows starts, and says that it could not check', async () => {
    await expect(register(temporal([], ['list', 'add', 'query']))).resolves.toBe('Request unauthorized.');
  });
});

test('what is missing is added where that is allowed, and nothing else', async () => {
  const one = temporal(['SemesterPhase']);
  await expect(register(one)).resolves.toBeNull();
  expect(one.added).toEqual(['WaitingFor']);
});
