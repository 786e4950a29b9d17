import type { OperatorService } from '@temporalio/client';

/** Values of Temporal's IndexedValueType. The package that names them does not export them to ES modules. */
const KEYWORD = 2;
const KEYWORD_LIST = 7;

/** Search attributes that workflows upsert, for the lists of the UI. They never hold personal data. */
export const SEARCH_ATTRIBUTES = {
  SemesterPhase: KEYWORD,
  WaitingFor: KEYWORD_LIST,
} as const;

/**
 * Registers the missing search attributes. A workflow task that upserts an unregistered attribute fails, so call this
 * before the worker starts.
 * @throws Error with the command to type if the server refuses.
 */
export async function registerSearchAttributes(operator: OperatorService, namespace: string): Promise<void> {
  const { customAttributes } = await operator.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in customAttributes));
  if (missing.length === 0) return;
  try {
    await operator.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) });
  } catch (error) {
    const { customAttributes: now } = await operator.listSearchAttributes({ namespace });
    // Another worker that starts at the same time may have registered them first.
    if (missing.every(([name]) => name in now)) return;
    throw new Error(
      `Temporal refused the search attributes SemesterPhase (Keyword) and WaitingFor (KeywordList) in the namespace "${namespace}". ` +
        'Let an administrator add them: temporal operator search-attribute create --name SemesterPhase --type Keyword --name WaitingFor --type KeywordList',
      { cause: error },
    );
  }
}
