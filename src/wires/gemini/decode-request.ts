/**
 * Reads the body of `generateContent`, to which a door has added `model` and `stream` of the path. What would change the answer and
 * cannot be done is refused with its place; nothing is left out silently.
 */
import type { CompletionRequest, Message, Output, Tool, ToolChoice } from '../../core/request/request.ts';
import { isObject, type JsonObject, textOf } from '../json-fields.ts';
import type { DecodedRequest } from '../wire.ts';
import { decodeContents } from './request/decode-contents.ts';
import { listAt, numberAt, objectAt, onlyFields, refusalAt, textAt, wholeNumberAt } from './request/read-request-body.ts';
import { bodyOptions, generationOptions } from './request/request-options.ts';
import { jsonSchemaOf } from './request/schemas.ts';

const bodyFields = ['model', 'stream', 'contents', 'systemInstruction', 'generationConfig', 'tools', 'toolConfig', ...bodyOptions];
const configFields = [
  'maxOutputTokens',
  'temperature',
  'topP',
  'seed',
  'stopSequences',
  'candidateCount',
  'responseMimeType',
  'responseSchema',
  'responseJsonSchema',
  ...generationOptions,
];

export function decodeRequest(given: unknown): DecodedRequest {
  const body = objectAt(given, 'The body');
  onlyFields(body, bodyFields, '');
  const { model, stream, contents, systemInstruction } = body;
  const config = objectAt(body['generationConfig'] ?? {}, 'generationConfig');
  onlyFields(config, configFields, 'generationConfig.');
  if ((config['candidateCount'] ?? 1) !== 1) throw refusalAt('generationConfig.candidateCount', 'asks for several answers', '1');
  const stop = listAt(config['stopSequences'], 'generationConfig.stopSequences');
  const toolConfig = objectAt(body['toolConfig'] ?? {}, 'toolConfig');
  onlyFields(toolConfig, ['functionCallingConfig', 'retrievalConfig'], 'toolConfig.');
  const request: CompletionRequest = {
    kind: 'completion',
    messages: [...systemMessages(systemInstruction), ...decodeContents(contents)],
    maxInputTokens: null,
    maxOutputTokens: wholeNumberAt(config['maxOutputTokens'], 'generationConfig.maxOutputTokens', 1),
    temperature: numberAt(config['temperature'], 'generationConfig.temperature'),
    topP: numberAt(config['topP'], 'generationConfig.topP'),
    seed: numberAt(config['seed'], 'generationConfig.seed'),
    stop: stop.map((one, at) => textAt(one, `generationConfig.stopSequences[${at}]`)),
    ...toolsIn(body['tools'], toolConfig['functionCallingConfig']),
    output: outputIn(config),
    providerOptions: { ...picked(config, generationOptions), ...picked(body, bodyOptions), ...picked(toolConfig, ['retrievalConfig']) },
  };
  return { model: textOf(model).replace(/^models\//, ''), stream: stream === true, includeUsage: true, request };
}

const picked = (object: JsonObject, names: readonly string[]): JsonObject =>
  Object.fromEntries(names.filter((name) => object[name] !== undefined).map((name) => [name, object[name]]));

/** Each part becomes a message, as the encoder writes them. A text alone is read too, because Google's clients accept it. */
function systemMessages(instruction: unknown): readonly Message[] {
  if (instruction === undefined) return [];
  if (typeof instruction === 'string') return [{ role: 'system', content: [{ type: 'text', text: instruction }] }];
  const { parts } = objectAt(instruction, 'systemInstruction');
  return listAt(parts, 'systemInstruction.parts').map((part, at): Message => {
    const place = `systemInstruction.parts[${at}]`;
    return { role: 'system', content: [{ type: 'text', text: textAt(objectAt(part, place)['text'], `${place}.text`) }] };
  });
}

function outputIn({ responseMimeType = 'text/plain', responseSchema, responseJsonSchema, responseModalities }: JsonObject): Output {
  if (responseModalities !== undefined) {
    const isText = (one: unknown): boolean => textOf(one).toUpperCase() === 'TEXT';
    const modalities = listAt(responseModalities, 'generationConfig.responseModalities');
    if (!modalities.every(isText)) throw refusalAt('generationConfig.responseModalities', 'asks for more than text', '["TEXT"]');
  }
  if (responseMimeType === 'text/plain') return { format: 'text' };
  if (responseMimeType !== 'application/json') {
    throw refusalAt('generationConfig.responseMimeType', 'is not known here', 'text/plain or application/json');
  }
  if (responseJsonSchema !== undefined)
    return { format: 'json', schema: schemaAt(responseJsonSchema, 'generationConfig.responseJsonSchema') };
  if (responseSchema === undefined) return { format: 'json', schema: null };
  return { format: 'json', schema: jsonSchemaOf(schemaAt(responseSchema, 'generationConfig.responseSchema')) };
}

/** The fields of a schema keep their names. */
function schemaAt(value: unknown, place: string): JsonObject {
  if (!isObject(value)) throw refusalAt(place, 'is no JSON object', 'a schema');
  return value;
}

function toolsIn(given: unknown, calling: unknown): { readonly tools: readonly Tool[]; readonly toolChoice: ToolChoice } {
  const tools = listAt(given, 'tools').flatMap((tool, at) => {
    const object = objectAt(tool, `tools[${at}]`);
    onlyFields(object, ['functionDeclarations'], `tools[${at}].`);
    const place = `tools[${at}].functionDeclarations`;
    return listAt(object['functionDeclarations'], place).map((one, index) => toolAt(one, `${place}[${index}]`));
  });
  if (calling === undefined) return { tools, toolChoice: { type: 'auto' } };
  const place = 'toolConfig.functionCallingConfig';
  const { mode = 'AUTO', allowedFunctionNames } = objectAt(calling, place);
  const names = listAt(allowedFunctionNames, `${place}.allowedFunctionNames`).map((name, at) =>
    textAt(name, `${place}.allowedFunctionNames[${at}]`),
  );
  const stranger = names.find((name) => !tools.some((tool) => tool.name === name));
  if (stranger !== undefined)
    throw refusalAt(`${place}.allowedFunctionNames`, 'names a function that tools do not declare', 'the name of one');
  const [only] = names;
  switch (textOf(mode).toUpperCase()) {
    case 'AUTO':
    case 'VALIDATED':
    case 'MODE_UNSPECIFIED':
      return { tools, toolChoice: { type: 'auto' } };
    case 'NONE':
      return { tools, toolChoice: { type: 'none' } };
    case 'ANY':
      if (only !== undefined && names.length === 1) return { tools, toolChoice: { type: 'tool', name: only } };
      return { tools: only === undefined ? tools : tools.filter(({ name }) => names.includes(name)), toolChoice: { type: 'required' } };
    default:
      throw refusalAt(`${place}.mode`, 'is not known here', 'AUTO, ANY, NONE or VALIDATED');
  }
}

function toolAt(given: unknown, place: string): Tool {
  const { name, description, parameters, parametersJsonSchema } = objectAt(given, place);
  const ownSchema =
    parameters === undefined ? { type: 'object', properties: {} } : jsonSchemaOf(schemaAt(parameters, `${place}.parameters`));
  return {
    name: textAt(name, `${place}.name`),
    description: textOf(description) || null,
    parameters: parametersJsonSchema === undefined ? ownSchema : schemaAt(parametersJsonSchema, `${place}.parametersJsonSchema`),
  };
}
