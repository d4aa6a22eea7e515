import * as documents from '../client/completion-documents.ts';

/**
 * The operations that `fieldgate/client` sends, as one document. Beside an app's own it is validated against the schema of the graph: a build
 * then fails where the gateway is older than the client. graphql-codegen takes it in `documents`.
 */
export const aiDocuments: string = Object.values(documents).join('\n');
