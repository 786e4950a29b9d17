import type { OperatorService } from '@temporalio/client';

/** Temporal's IndexedValueType, in numbers: the package that has the names offers none to ES modules. */
const KEYWORD = 2;
const KEYWORD_LIST = 7;

/** What workflows upsert, so that lists in the UI show where things stand. Nothing personal goes into them. */
export const SEARCH_ATTRIBUTES = {
  SemesterPhase: KEYWORD,
  WaitingFor: KEYWORD_LIST,
} as const;

/**
 * Registers the search attributes that are not there yet. A workflow that upserts an unregistered one is stuck, so this
 * comes before the first workflow task.
 * @throws Error naming what to type, where the server refuses.
 */
export async function registerSearchAttributes(operator: OperatorService, namespace: string): Promise<void> {
  const { customAttributes } = await operator.listSearchAttributes({ namespace });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => !(name in customAttributes));
  if (missing.length === 0) return;
  try {
    await operator.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(missing) });
  } catch (error) {
    const { customAttributes: now } = await operator.listSearchAttributes({ namespace });
    // Another worker that starts at the same moment may have been first.
    if (missing.every(([name]) => name in now)) return;
    throw new Error(
      `Temporal did not take the search attributes SemesterPhase (Keyword) and WaitingFor (KeywordList) in the namespace "${namespace}". ` +
        'An administrator can add them: temporal operator search-attribute create --name SemesterPhase --type Keyword --name WaitingFor --type KeywordList',
      { cause: error },
    );
  }
}
