/**
 * Says in whole sentences why graphql-js gave up a document: of its two refusals of that kind, one names no reason and neither
 * says what is accepted.
 */
import { GraphQLError } from 'graphql';

export const tooManyComparisons =
  'The document selects too many fields of one name, or too many fragments, side by side: each is compared with each other one, and the comparisons went beyond their limit. Up to 300 at one place are accepted. Select each field once, and join the fragments.';

/** Our sentences by the messages of graphql-js. Some 700 fields or 350 fragments side by side use up its budget of 500,000 comparisons. */
const sentences: Readonly<Partial<Record<string, string>>> = {
  'Validation aborted.': tooManyComparisons,
  'Too many validation errors, error limit reached. Validation aborted.':
    'The document has more than 100 mistakes: the first 100 are listed, and the rest was not looked for. Mend these and send it again.',
};

/** Any other error is returned as it is. */
export function withReasonOfAbort(error: GraphQLError): GraphQLError {
  const sentence = sentences[error.message];
  return sentence === undefined ? error : new GraphQLError(sentence, { extensions: error.extensions });
}
