import type { ConnectionLike, OperatorService } from '@temporalio/client';
import { CREATE_ATTRIBUTES, missingAttributes, SEARCH_ATTRIBUTES } from '../watch/search-attributes.ts';

type Asked = Pick<ConnectionLike, 'workflowService'> & {
  readonly operatorService: Pick<OperatorService, 'listSearchAttributes' | 'addSearchAttributes'>;
};

/**
 * Registers the missing search attributes, and needs no right of an operator where none is missing. A workflow task that upserts an
 * unregistered attribute fails, so call this before the worker starts. Returns why that could not be checked; null: all are registered.
 * @throws Error with the command to type if one is missing and the server refuses to add it
 */
export async function registerSearchAttributes(connection: Asked, namespace: string): Promise<string | null> {
  const missing = await missingNow(connection, namespace);
  if ('unknown' in missing) return missing.unknown;
  if (missing.length === 0) return null;
  const wanted = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => missing.includes(name));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(wanted) });
  } catch (error) {
    const now = await missingNow(connection, namespace);
    // Another worker that starts at the same time may have registered them first.
    if (!('unknown' in now) && now.length === 0) return null;
    throw new Error(
      `the namespace "${namespace}" of Temporal lacks the search attributes ${missing.join(' and ')}, and refuses to add them for this worker ` +
        `(${error instanceof Error ? error.message : String(error)}). Let an administrator of Temporal add them, then start again: ${CREATE_ATTRIBUTES} --namespace ${namespace}`,
      { cause: error },
    );
  }
  return null;
}

/** The operator's list knows at once what was added; the query needs fewer rights. */
async function missingNow(
  connection: Asked,
  namespace: string,
): Promise<readonly string[] | { readonly unknown: string }> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    return Object.keys(SEARCH_ATTRIBUTES).filter((name) => !(name in customAttributes));
  } catch {
    return missingAttributes(connection, namespace).catch((error: unknown) => ({
      unknown: error instanceof Error ? error.message : String(error),
    }));
  }
}
