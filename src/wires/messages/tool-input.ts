import { isObject, type JsonObject, parseJson } from '../json-fields.ts';

/**
 * The arguments of a call as the input of a `tool_use`. That is an object always: what is none, such as arguments that were cut off, travels as
 * the one field `rawInvalidInput`.
 */
export function inputOf(value: unknown): JsonObject {
  const parsed = typeof value === 'string' ? (value === '' ? {} : (parseJson(value) ?? value)) : value;
  if (isObject(parsed)) return parsed;
  return parsed === undefined || parsed === null ? {} : { rawInvalidInput: parsed };
}
