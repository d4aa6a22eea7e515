import { GatewayError } from '../../core/errors.ts';
import type { CompletionRequest } from '../../core/request/request.ts';
import type { JsonObject } from '../json-fields.ts';
import { isStrict } from '../strict-schema.ts';
import type { EncodedRequest } from '../wire.ts';
import type { ChatSettings } from './chat-settings.ts';
import { encodeMessages } from './request/encode-messages.ts';

/** Options that ask for several answers. Only one answer is read. */
const countsOfAnswers = ['n', 'best_of', 'num_return_sequences'];
/** Our names of what callers set. */
const ourNames: Readonly<Record<string, string>> = { top_p: 'topP', service_tier: 'serviceTier', response_format: 'output' };

/** Throws BAD_REQUEST for what this wire has no form for. */
export function encodeRequest(
  request: CompletionRequest,
  how: { readonly model: string; readonly stream: boolean } & ChatSettings,
): EncodedRequest {
  const warnings = new Set<string>();
  const warn = (message: string): void => void warnings.add(message);
  refuseSeveralAnswers(request.providerOptions);
  // Field by field: of a literal with so many spreads, each field would be a call of the engine's runtime.
  const body: Body = { ...how.defaults, ...optionsOf(request.providerOptions, how, warn) };
  body['model'] = how.model;
  addSettings(body, request, how);
  if (request.output.format !== 'text') body['response_format'] = formatOf(request.output, request.providerOptions, how, warn);
  body['messages'] = encodeMessages(request.messages, how, warnings);
  if (request.tools.length > 0) addTools(body, request, how, warn);
  body['stream'] = how.stream;
  // Servers count the tokens of a stream only when they are asked to.
  if (how.stream) body['stream_options'] = { include_usage: true };
  return { body: supported(body, how.unsupported, warn), warnings: [...warnings] };
}

type Body = Record<string, unknown>;
type Warn = (message: string) => void;

function optionsOf(options: JsonObject, { optionNames, namedOptionsOnly }: ChatSettings, warn: Warn): JsonObject {
  const given = Object.entries(options);
  if (given.length === 0) return options;
  const named = new Set([...Object.keys(optionNames), ...Object.values(optionNames)]);
  const body: Record<string, unknown> = {};
  for (const [option, value] of given) {
    const name = Object.hasOwn(optionNames, option) ? optionNames[option] : option;
    if (name === null || name === undefined || countsOfAnswers.includes(name)) continue;
    if (!namedOptionsOnly || named.has(option)) body[name] = value;
    else warn(`The provider option ${option} is not one of this model; it was left out.`);
  }
  return body;
}

/** Fields that are null or empty are left out: the server decides. */
function addSettings(
  body: Body,
  { maxOutputTokens, temperature, topP, stop, seed }: CompletionRequest,
  { maxTokensField }: Pick<ChatSettings, 'maxTokensField'>,
): void {
  if (maxOutputTokens !== null) body[maxTokensField] = maxOutputTokens;
  if (temperature !== null) body['temperature'] = temperature;
  if (topP !== null) body['top_p'] = topP;
  if (stop.length > 0) body['stop'] = [...stop];
  if (seed !== null) body['seed'] = seed;
}

/** A schema that strict mode would refuse is sent as a description. */
function formatOf(
  { schema: asked }: Extract<CompletionRequest['output'], { readonly format: 'json' }>,
  providerOptions: JsonObject,
  { adaptSchema }: ChatSettings,
  warn: Warn,
): JsonObject {
  if (asked === null) return { type: 'json_object' };
  const { strictJsonSchema } = providerOptions as { readonly strictJsonSchema?: unknown };
  const strict = typeof strictJsonSchema === 'boolean' ? strictJsonSchema : isStrict(asked);
  const schema = adaptSchema?.(asked, warn) ?? asked;
  return { type: 'json_schema', json_schema: { schema, strict, name: 'answer' } };
}

function addTools(body: Body, { tools, toolChoice }: CompletionRequest, { adaptSchema }: ChatSettings, warn: Warn): void {
  body['tools'] = tools.map(({ name, description, parameters }) => ({
    type: 'function',
    function: { name, ...(description === null ? {} : { description }), parameters: adaptSchema?.(parameters, warn) ?? parameters },
  }));
  body['tool_choice'] = toolChoice.type === 'tool' ? { type: 'function', function: { name: toolChoice.name } } : toolChoice.type;
}

function refuseSeveralAnswers(options: JsonObject): void {
  for (const name of countsOfAnswers) {
    const count = options[name];
    if (count === undefined || count === null || count === 1) continue;
    throw new GatewayError(
      'BAD_REQUEST',
      `The provider option "${name}" asks for several answers. One request has one answer: 1 is accepted.`,
    );
  }
}

function supported(body: JsonObject, unsupported: readonly string[], warn: Warn): JsonObject {
  const refused = unsupported.filter((name) => body[name] !== undefined && body[name] !== null);
  for (const name of refused) warn(`The model does not support ${ourNames[name] ?? name}; it was left out.`);
  return refused.length === 0 ? body : Object.fromEntries(Object.entries(body).filter(([name]) => !refused.includes(name)));
}
