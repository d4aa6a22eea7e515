/**
 * Says in whole sentences why graphql-js gave up validating a document. One of its two own messages names no reason, and neither says what is
 * accepted.
 */
import { GraphQLError } from 'graphql';

export const tooManyComparisons =
  'The document selects too many fields of one name, or too many fragments, side by side: each is compared with each other one, and the comparisons went beyond their limit. Up to 300 at one place are accepted. Select each field once, and join the fragments.';

/** Our sentences by the messages of graphql-js. About 700 fields or 350 fragments side by side use up its 500,000 comparisons. */
const sentences: Readonly<Partial<Record<string, string>>> = {
  'Validation aborted.': tooManyComparisons,
  'Too many validation errors, error limit reached. Validation aborted.':
    'The document has more than 100 mistakes: the first 100 are listed, and the rest was not looked for. Mend these and send it again.',
};

/** Returns any other error unchanged. */
export function withReasonOfAbort(error: GraphQLError): GraphQLError {
  const sentence = sentences[error.message];
  return sentence === undefined ? error : new GraphQLError(sentence, { extensions: error.extensions });
}
