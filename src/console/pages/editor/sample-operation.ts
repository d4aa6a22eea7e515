/** What stands in the editor at first: an operation that asks for an AI field of this graph. */
import { operationFor } from '../fields/field-operation.ts';
import type { EditorSchemaQuery } from './editor.generated.ts';

const ofEveryGraph = `query Ask {
  completion(input: { prompt: { text: "Name three uses of a kettle." } }) {
    ... on Completion {
      text
    }
    ... on Failure {
      code
      message
    }
  }
}
`;

export function sampleOperation({ aiFields, __schema: { queryType, types } }: EditorSchemaQuery): string {
  const fields = types.find(({ name }) => name === queryType.name)?.fields ?? [];
  const made = aiFields.map((field) => operationFor(field, { queryType: { fields }, types }));
  const ready = made.find((operation) => operation !== null && !operation.includes('…'));
  return ready ? `${ready.replace('query Try', 'query Sample')}\n` : ofEveryGraph;
}
