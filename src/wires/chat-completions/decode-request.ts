/**
 * Reads a request of Chat Completions for a door. What changes the answer and cannot be done is refused, with its place. Parameters
 * that change nothing of the answer are passed over; all others are provider options, which the route allows or refuses.
 */
import type { CompletionRequest, Output } from '../../core/request/request.ts';
import { isObject, type JsonObject, objectOf } from '../json-fields.ts';
import { isLeftOut, readFlag, readMaximum, readNumber, readText } from '../openai/body-fields.ts';
import { refusedPlace } from '../openai/refusals.ts';
import { readTools } from '../openai/tool-choice.ts';
import type { DecodedRequest } from '../wire.ts';
import { decodeMessages } from './request/decode-messages.ts';
import { decodeOptions } from './request/decode-options.ts';

export function decodeRequest(body: unknown): DecodedRequest {
  if (!isObject(body)) throw refusedPlace('body', 'must be a JSON object.');
  const model = readText(body, 'model');
  if (model === null) throw refusedPlace('model', 'must be the name of a route.');
  const request: CompletionRequest = {
    kind: 'completion',
    messages: decodeMessages(body['messages']),
    maxInputTokens: null,
    maxOutputTokens: readMaximum(body, 'max_completion_tokens') ?? readMaximum(body, 'max_tokens'),
    temperature: readNumber(body, 'temperature'),
    topP: readNumber(body, 'top_p'),
    stop: readStop(body['stop']),
    seed: readNumber(body, 'seed'),
    ...readTools(body, { functionField: 'function', allowedField: 'allowed_tools' }),
    output: readFormat(body['response_format']),
    providerOptions: decodeOptions(body),
  };
  const streamOptions = body['stream_options'];
  if (!isLeftOut(streamOptions) && !isObject(streamOptions)) throw refusedPlace('stream_options', 'must be an object.');
  return { model, stream: readFlag(body, 'stream'), includeUsage: objectOf(streamOptions)['include_usage'] === true, request };
}

function readStop(stop: unknown): readonly string[] {
  if (isLeftOut(stop) || stop === '') return [];
  if (typeof stop === 'string') return [stop];
  const isText = (one: unknown): one is string => typeof one === 'string' && one !== '';
  if (Array.isArray(stop) && stop.every(isText)) return stop;
  throw refusedPlace('stop', 'must be a text or a list of texts.');
}

function readFormat(format: unknown): Output {
  if (isLeftOut(format)) return { format: 'text' };
  switch (objectOf(format)['type']) {
    case 'text':
      return { format: 'text' };
    case 'json_object':
      return { format: 'json', schema: null };
    case 'json_schema':
      return { format: 'json', schema: readSchema(objectOf(objectOf(format)['json_schema'])) };
    default:
      throw refusedPlace('response_format.type', 'must be text, json_object or json_schema.');
  }
}

/** The description of the schema stands beside the schema, or in it. */
function readSchema({ schema, description }: JsonObject): JsonObject {
  if (!isObject(schema)) throw refusedPlace('response_format.json_schema.schema', 'must be a JSON Schema.');
  return typeof description === 'string' && description !== '' ? { description, ...schema } : schema;
}
