/**
 * Reads the vectors of an answer that the SDK refused for the count beside them (`usage: {}`, `"prompt_tokens": "5"`): they are
 * whole and paid for. Errors are read by their fields, because importing the SDK's classes would load the SDK.
 */

/** In the words of OpenAI, which all compatible servers use. Null: the answer has no vectors that could be read. */
export function uncountedVectors(error: unknown): number[][] | null {
  const { usage, data } = fieldsOf(fieldsOf(fieldsOf(error)['cause'])['value']);
  if (usage === undefined || !Array.isArray(data)) return null;
  const vectors = data.map((item) => fieldsOf(item)['embedding']);
  return vectors.every(isNumbers) ? vectors : null;
}

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

const isNumbers = (value: unknown): value is number[] => Array.isArray(value) && value.every((one) => typeof one === 'number');
