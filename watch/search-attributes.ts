import { isGrpcServiceError, type ConnectionLike } from '@temporalio/client';

/** Values of Temporal's IndexedValueType. The package that names them does not export them to ES modules. */
const KEYWORD = 2;
const KEYWORD_LIST = 7;

/** Search attributes that workflows upsert, for the lists of the UI. They never hold personal data. */
export const SEARCH_ATTRIBUTES = {
  SemesterPhase: KEYWORD,
  WaitingFor: KEYWORD_LIST,
} as const;

/** What an administrator of Temporal types. */
export const CREATE_ATTRIBUTES =
  'temporal operator search-attribute create --name SemesterPhase --type Keyword --name WaitingFor --type KeywordList';

/** The code of gRPC. */
const INVALID_ARGUMENT = 3;

/**
 * The search attributes that a namespace lacks. It asks by a query that names them, which needs the right to list workflows only:
 * Temporal Cloud and authorizers keep the list of attributes from clients.
 * @throws ServiceError if the server refuses the query for another reason
 */
export async function missingAttributes(
  { workflowService }: Pick<ConnectionLike, 'workflowService'>,
  namespace: string,
): Promise<readonly string[]> {
  const asked = Object.keys(SEARCH_ATTRIBUTES).map(async (name) => {
    try {
      await workflowService.countWorkflowExecutions({ namespace, query: `${name} = 'none'` });
      return [];
    } catch (error) {
      if (isGrpcServiceError(error) && error.code === INVALID_ARGUMENT) return [name];
      throw error;
    }
  });
  return (await Promise.all(asked)).flat();
}
