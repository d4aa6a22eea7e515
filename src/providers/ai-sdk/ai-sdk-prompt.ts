/** Translates a CompletionRequest into the words of the AI SDK's specification V4. */
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FilePart,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ReasoningPart,
  LanguageModelV4TextPart,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import { GatewayError } from '../../core/errors.ts';
import type { CompletionRequest, ContentPart, Message } from '../../core/request/request.ts';
import { type OpaqueFields, type OpaquePart, opaquePartOf } from '../../wires/opaque-parts.ts';

type Part<T extends ContentPart['type']> = Extract<ContentPart, { type: T }>;
type Image = (part: Part<'image'>) => Promise<{ readonly base64: string; readonly mediaType: string }>;
type AssistantPart = LanguageModelV4TextPart | LanguageModelV4ReasoningPart | LanguageModelV4ToolCallPart;
type Json = Extract<LanguageModelV4ToolResultPart['output'], { type: 'json' }>['value'];

/** Asks for JSON in the prompt where there is no schema: some vendors demand the word, and others cannot be told otherwise. */
const anyJson = 'Answer with one JSON value and nothing else.';

/** `image` fetches what is given by URL. Throws BAD_REQUEST for parts that stand in the wrong message. */
export async function promptOf(
  { messages, output }: CompletionRequest,
  opaque: OpaqueFields,
  image: Image,
): Promise<{ readonly prompt: LanguageModelV4Prompt; readonly warnings: readonly string[] }> {
  const toolNames = new Map<string, string>();
  const warnings = new Set<string>();
  const prompt: LanguageModelV4Prompt = [];
  for (const message of messages) {
    for (const part of message.content) if (part.type === 'tool-call') toolNames.set(part.id, part.name);
    prompt.push(await messageOf(message, { toolNames, warnings, opaque, image }));
  }
  if (output.format !== 'json' || output.schema !== null) return { prompt, warnings: [...warnings] };
  const [first, ...rest] = prompt;
  const told: LanguageModelV4Prompt =
    first?.role === 'system'
      ? [{ ...first, content: `${first.content}\n\n${anyJson}` }, ...rest]
      : [{ role: 'system', content: anyJson }, ...prompt];
  return { prompt: told, warnings: [...warnings] };
}

interface Surroundings {
  readonly toolNames: ReadonlyMap<string, string>;
  readonly warnings: Set<string>;
  readonly opaque: OpaqueFields;
  readonly image: Image;
}

async function messageOf({ role, content }: Message, around: Surroundings): Promise<LanguageModelV4Message> {
  switch (role) {
    case 'system':
      return { role, content: content.map((part) => (part.type === 'text' ? part.text : misplaced(part, role, 'text'))).join('\n') };
    case 'user':
      return { role, content: await Promise.all(content.map((part) => userPart(part, around.image))) };
    case 'assistant':
      return { role, content: assistantParts(content, around) };
    case 'tool':
      return { role, content: content.map((part) => toolPart(part, around.toolNames)) };
  }
}

async function userPart(part: ContentPart, image: Image): Promise<LanguageModelV4TextPart | LanguageModelV4FilePart> {
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'image') {
    const { base64, mediaType } = await image(part);
    return { type: 'file', mediaType, data: { type: 'data', data: base64 } };
  }
  if (part.type === 'file') {
    const name = part.name === null ? {} : { filename: part.name };
    return { type: 'file', mediaType: part.mediaType, data: { type: 'data', data: part.base64 }, ...name };
  }
  return misplaced(part, 'user', 'text, images and files');
}

function assistantParts(content: readonly ContentPart[], { opaque, warnings }: Surroundings): AssistantPart[] {
  const parts: AssistantPart[] = [];
  for (const part of content) {
    const kept = 'opaque' in part && part.opaque !== undefined ? opaquePartOf(part.opaque, opaque) : undefined;
    if (kept === null) warnings.add('An opaque part in the history was not made by this provider and was left out.');
    const before = parts.at(-1);
    if (kept?.of !== 'text') parts.push(assistantPart(part, kept ?? null));
    else if (before?.type === 'text') parts.splice(-1, 1, { ...before, providerOptions: kept.metadata });
    else parts.push({ type: 'text', text: '', providerOptions: kept.metadata });
  }
  return parts;
}

function assistantPart(part: ContentPart, kept: OpaquePart | null): AssistantPart {
  const options = kept === null ? {} : { providerOptions: kept.metadata };
  if (part.type === 'text') return { type: 'text', text: part.text };
  if (part.type === 'reasoning') return { type: 'reasoning', text: part.text, ...options };
  if (part.type === 'tool-call') return { type: 'tool-call', toolCallId: part.id, toolName: part.name, input: part.arguments, ...options };
  return misplaced(part, 'assistant', 'text, reasoning and tool calls');
}

function toolPart(part: ContentPart, toolNames: ReadonlyMap<string, string>): LanguageModelV4ToolResultPart {
  if (part.type !== 'tool-result') return misplaced(part, 'tool', 'tool results');
  const toolName = toolNames.get(part.callId);
  if (toolName === undefined) {
    throw new GatewayError(
      'BAD_REQUEST',
      `A tool result answers call "${part.callId}", but no earlier message makes that call. Send the assistant message with the call before it.`,
    );
  }
  const output: LanguageModelV4ToolResultPart['output'] =
    typeof part.content === 'string'
      ? { type: part.isError ? 'error-text' : 'text', value: part.content }
      : { type: part.isError ? 'error-json' : 'json', value: part.content as Json };
  return { type: 'tool-result', toolCallId: part.callId, toolName, output };
}

function misplaced(part: ContentPart, role: Message['role'], accepted: string): never {
  throw new GatewayError('BAD_REQUEST', `A ${role} message cannot hold a part of type "${part.type}". It may hold ${accepted}.`);
}

/** Every setting but the prompt. Fields that are null or empty are left out: the vendor decides. */
export function settingsOf(request: CompletionRequest): Omit<LanguageModelV4CallOptions, 'prompt'> {
  type Schema = Extract<NonNullable<LanguageModelV4CallOptions['tools']>[number], { type: 'function' }>['inputSchema'];
  const { maxOutputTokens, temperature, topP, seed, stop, tools, toolChoice, output } = request;
  return {
    ...(maxOutputTokens === null ? {} : { maxOutputTokens }),
    ...(temperature === null ? {} : { temperature }),
    ...(topP === null ? {} : { topP }),
    ...(seed === null ? {} : { seed }),
    ...(stop.length === 0 ? {} : { stopSequences: [...stop] }),
    ...(tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters }) => ({
            type: 'function' as const,
            name,
            ...(description === null ? {} : { description }),
            inputSchema: parameters as Schema,
          })),
          toolChoice: toolChoice.type === 'tool' ? { type: 'tool' as const, toolName: toolChoice.name } : { type: toolChoice.type },
        }),
    ...(output.format === 'text'
      ? {}
      : {
          responseFormat: { type: 'json' as const, ...(output.schema === null ? {} : { schema: output.schema as Schema, name: 'answer' }) },
        }),
  };
}
