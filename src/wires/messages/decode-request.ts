/**
 * Reads a request to the Messages API. What only Anthropic can do (its hosted tools, ids of files) is refused with its place. Fields that are
 * options of its provider become provider options, which a route allows or refuses.
 *
 * Fields that change nothing of the answer (`metadata`, the marks of a cache at blocks and tools) are passed over, and so are unknown ones.
 */
import type { CompletionRequest, Output, Tool, ToolChoice } from '../../core/request/request.ts';
import { isObject, type JsonObject, objectOf, textOf } from '../json-fields.ts';
import { refusedPlace } from '../refused-part.ts';
import type { DecodedRequest } from '../wire.ts';
import { camelCase, passedOn, respelled, snakeCase } from './request/claude-options.ts';
import { readBlocks, readSystem } from './request/read-content-blocks.ts';

export function decodeRequest(body: unknown): DecodedRequest {
  if (!isObject(body)) throw refusedPlace('body', 'must be a JSON object.');
  const model = textOf(body['model']);
  if (model === '') throw refusedPlace('model', 'must be the name of a route.');
  const tools = readTools(body['tools']);
  const request: CompletionRequest = {
    kind: 'completion',
    messages: [...readSystem(body['system']), ...readBlocks(body['messages'])],
    maxInputTokens: null,
    maxOutputTokens: readMaximum(body, 'max_tokens'),
    temperature: readNumber(body, 'temperature'),
    topP: readNumber(body, 'top_p'),
    stop: readStop(body['stop_sequences']),
    seed: null,
    tools,
    toolChoice: readChoice(body['tool_choice'], tools),
    output: readOutput(body),
    providerOptions: readOptions(body),
  };
  return { model, stream: readStream(body['stream']), includeUsage: true, request };
}

function readNumber(body: JsonObject, name: string): number | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refusedPlace(name, 'must be a number.');
  return value;
}

/** A number of tokens. The vendor demands it; here a deployment has one of its own. */
function readMaximum(body: JsonObject, name: string): number | null {
  const value = readNumber(body, name);
  if (value !== null && !(Number.isSafeInteger(value) && value > 0)) throw refusedPlace(name, 'must be a whole number from 1 on.');
  return value;
}

function readStream(stream: unknown): boolean {
  if (stream === undefined || stream === null) return false;
  if (typeof stream !== 'boolean') throw refusedPlace('stream', 'must be true or false.');
  return stream;
}

function readStop(stop: unknown): readonly string[] {
  if (stop === undefined || stop === null) return [];
  if (!Array.isArray(stop)) throw refusedPlace('stop_sequences', 'must be a list of texts.');
  return (stop as readonly unknown[]).map((one, index) => {
    if (typeof one !== 'string') throw refusedPlace(`stop_sequences[${index}]`, 'must be a text.');
    return one;
  });
}

function readTools(tools: unknown): readonly Tool[] {
  if (tools === undefined || tools === null) return [];
  if (!Array.isArray(tools)) throw refusedPlace('tools', 'must be a list.');
  return (tools as readonly unknown[]).map((tool, index) => {
    const place = `tools[${index}]`;
    if (!isObject(tool)) throw refusedPlace(place, 'must be an object.');
    const { type, name, description, input_schema: parameters } = tool as Readonly<Record<string, unknown>>;
    if ((type ?? 'custom') !== 'custom') throw refusedPlace(`${place}.type`, 'must be "custom". No tools are hosted here.');
    if (typeof name !== 'string' || name === '') throw refusedPlace(`${place}.name`, 'must be the name of the tool.');
    if (!isObject(parameters)) throw refusedPlace(`${place}.input_schema`, 'must be a JSON Schema.');
    return { name, description: typeof description === 'string' ? description : null, parameters };
  });
}

function readChoice(choice: unknown, tools: readonly Tool[]): ToolChoice {
  if (choice === undefined || choice === null) return { type: 'auto' };
  const { type, name } = objectOf(choice) as { readonly type?: unknown; readonly name?: unknown };
  switch (type) {
    case 'auto':
    case 'none':
      return { type };
    case 'any':
      if (tools.length === 0) throw refusedPlace('tool_choice', 'demands a tool, and the request has none.');
      return { type: 'required' };
    case 'tool':
      if (typeof name !== 'string' || !tools.some((tool) => tool.name === name)) {
        throw refusedPlace('tool_choice.name', 'names no tool of this request.');
      }
      return { type: 'tool', name };
    default:
      throw refusedPlace('tool_choice.type', 'must be auto, any, none or tool.');
  }
}

/** The format of the output; `output_format` is the earlier name of the field. */
function readOutput(body: JsonObject): Output {
  const inConfig = objectOf(body['output_config'])['format'];
  const format = inConfig ?? body['output_format'];
  const place = inConfig === undefined || inConfig === null ? 'output_format' : 'output_config.format';
  if (format === undefined || format === null) return { format: 'text' };
  const { type, schema } = objectOf(format) as { readonly type?: unknown; readonly schema?: unknown };
  if (type !== 'json_schema') throw refusedPlace(`${place}.type`, 'must be json_schema.');
  if (!isObject(schema)) throw refusedPlace(`${place}.schema`, 'must be a JSON Schema.');
  return { format: 'json', schema };
}

/** Values that ask for what the vendor does anyway. */
const defaults: Readonly<Record<string, unknown>> = { serviceTier: 'auto', speed: 'standard', inferenceGeo: 'global' };

/** Provider options under the names by which routes allow them. */
function readOptions(body: JsonObject): Readonly<Record<string, unknown>> {
  const config = objectOf(body['output_config']);
  const isSerial = objectOf(body['tool_choice'])['disable_parallel_tool_use'] === true;
  const container = body['container'];
  const given: JsonObject = {
    ...Object.fromEntries(passedOn.map((name) => [name, name === 'fallbacks' ? body[name] : respelled(body[snakeCase(name)], camelCase)])),
    container: typeof container === 'string' ? { id: container } : respelled(container, camelCase),
    thinking: respelled(body['thinking'], camelCase),
    effort: config['effort'],
    taskBudget: config['task_budget'],
    topK: body['top_k'],
    disableParallelToolUse: isSerial ? true : undefined,
    metadata: undefined,
  };
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => {
      if (value === undefined || value === null || (Array.isArray(value) && value.length === 0)) return false;
      return value !== defaults[name];
    }),
  );
}
