/** What the reader has written: kept for the tab alone, like the questions of the playground. */
export interface KeptOperation {
  readonly document: string;
  /** As JSON. */
  readonly variables: string;
  readonly operationName: string;
}

const storedAt = 'fieldgate-console:editor';

export function keptOperation(): KeptOperation | null {
  try {
    const { document, variables, operationName }: KeptOperation = JSON.parse(sessionStorage.getItem(storedAt) ?? '');
    return { document, variables, operationName };
  } catch {
    return null;
  }
}

export const keepOperation = (operation: KeptOperation): void => sessionStorage.setItem(storedAt, JSON.stringify(operation));
