/** The messages of a request as Anthropic's: the system's apart, the others in turns of blocks. */
import type { CompletionRequest, ContentPart, Message } from '../../../core/request/request.ts';
import type { JsonObject } from '../../json-fields.ts';
import { fileWithoutForm, foreignOpaquePart, misplacedPart, resultWithoutCall } from '../../refused-part.ts';
import { keptThinking } from '../kept-parts.ts';
import { inputOf } from '../tool-input.ts';
import { type CallIds, callIds } from './call-ids.ts';

export interface MessageBlocks {
  readonly system: readonly JsonObject[];
  readonly messages: readonly JsonObject[];
  /** The betas that some content needs. */
  readonly betas: readonly string[];
}

export interface BlockSettings {
  /** False: thinking in the history is left out. */
  readonly sendReasoning: boolean;
  readonly warn: (message: string) => void;
}

interface Surroundings extends BlockSettings {
  readonly ids: CallIds;
  readonly betas: Set<string>;
}

type Turn = { readonly role: 'user' | 'assistant' | 'system'; readonly results: JsonObject[]; readonly content: JsonObject[] };

/**
 * Throws BAD_REQUEST for a history that does not hang together. Blank texts, and messages that are nothing else, are left out: Anthropic
 * refuses them. Results come first in their turn, as it demands.
 */
export function messageBlocks({ messages }: CompletionRequest, settings: BlockSettings): MessageBlocks {
  const around: Surroundings = { ...settings, ids: callIds(), betas: new Set() };
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = message.role === 'tool' ? 'user' : message.role;
    const blocks = blocksOf(message, around);
    if (blocks.length === 0) continue;
    let turn = turns.at(-1);
    if (turn?.role !== role) {
      turn = { role, results: [], content: [] };
      turns.push(turn);
    }
    (message.role === 'tool' ? turn.results : turn.content).push(...blocks);
  }
  const opening = turns.find(({ role }) => role === 'system');
  const others = turns.filter((turn) => turn !== opening);
  if (others.some(({ role }) => role === 'system')) around.betas.add('mid-conversation-system-2026-04-07');
  return { system: opening?.content ?? [], messages: joinedTurns(others), betas: [...around.betas] };
}

/** Where the system's message stood between two turns of one role, they are one. */
function joinedTurns(turns: readonly Turn[]): readonly JsonObject[] {
  const joined: Turn[] = [];
  for (const turn of turns) {
    const last = joined.at(-1);
    if (last?.role !== turn.role) joined.push(turn);
    else {
      last.results.push(...turn.results);
      last.content.push(...turn.content);
    }
  }
  return joined.map(({ role, results, content }, index) => {
    const blocks = role === 'assistant' ? callsLast(content) : [...results, ...content];
    return { role, content: role === 'assistant' && index === joined.length - 1 ? withoutTrailingBlank(blocks) : blocks };
  });
}

function blocksOf({ role, content }: Message, around: Surroundings): readonly JsonObject[] {
  switch (role) {
    case 'system':
      return systemBlocks(content);
    case 'user':
      return content.flatMap((part) => userBlock(part, around));
    case 'assistant':
      return content.flatMap((part) => assistantBlock(part, around));
    case 'tool':
      return content.map((part) => resultBlock(part, around));
  }
}

const textBlocks = (text: string): readonly JsonObject[] => (text.trim() === '' ? [] : [{ type: 'text', text }]);

function systemBlocks(content: readonly ContentPart[]): readonly JsonObject[] {
  const texts = content.map((part) => {
    if (part.type !== 'text') throw misplacedPart(part, 'system', 'text');
    return part.text;
  });
  return textBlocks(texts.join('\n'));
}

function userBlock(part: ContentPart, { betas }: Surroundings): readonly JsonObject[] {
  switch (part.type) {
    case 'text':
      return textBlocks(part.text);
    case 'image':
      return [{ type: 'image', source: 'url' in part ? { type: 'url', url: part.url } : bytes(part) }];
    case 'file': {
      const { mediaType, base64, name } = part;
      const title = name === null ? {} : { title: name };
      if (mediaType.startsWith('image/')) return [{ type: 'image', source: bytes(part) }];
      if (mediaType === 'text/plain') {
        const data = Buffer.from(base64, 'base64').toString();
        return [{ type: 'document', source: { type: 'text', media_type: mediaType, data }, ...title }];
      }
      if (mediaType !== 'application/pdf') throw fileWithoutForm(mediaType, 'images, PDF and plain text');
      betas.add('pdfs-2024-09-25');
      return [{ type: 'document', source: bytes(part), ...title }];
    }
    default:
      throw misplacedPart(part, 'user', 'text, images and files');
  }
}

const bytes = ({ mediaType, base64 }: { readonly mediaType: string; readonly base64: string }): JsonObject => ({
  type: 'base64',
  media_type: mediaType,
  data: base64,
});

function assistantBlock(part: ContentPart, { ids, sendReasoning, warn }: Surroundings): readonly JsonObject[] {
  if (part.type !== 'text' && part.type !== 'reasoning' && part.type !== 'tool-call') {
    throw misplacedPart(part, 'assistant', 'text, reasoning and tool calls');
  }
  if (part.type === 'text') return textBlocks(part.text);
  const kept = part.opaque === undefined ? undefined : keptThinking(part.opaque);
  if (kept === null) warn(foreignOpaquePart);
  if (part.type === 'tool-call') return [{ type: 'tool_use', id: ids.ofCall(part.id), name: part.name, input: inputOf(part.arguments) }];
  if (!sendReasoning) {
    warn('Reasoning in the history was left out, as the provider option sendReasoning says.');
    return [];
  }
  if (kept?.signature !== undefined) return [{ type: 'thinking', thinking: part.text, signature: kept.signature }];
  if (kept?.redactedData !== undefined) return [{ type: 'redacted_thinking', data: kept.redactedData }];
  if (kept === undefined && part.text !== '') warn('Reasoning in the history that this provider did not make was left out.');
  return [];
}

function resultBlock(part: ContentPart, { ids }: Surroundings): JsonObject {
  if (part.type !== 'tool-result') throw misplacedPart(part, 'tool', 'tool results');
  const id = ids.ofResult(part.callId);
  if (id === null) throw resultWithoutCall(part.callId);
  const content = typeof part.content === 'string' ? part.content : (JSON.stringify(part.content) ?? 'null');
  return { type: 'tool_result', tool_use_id: id, content, ...(part.isError ? { is_error: true } : {}) };
}

/** Between two blocks of thinking, calls come behind text. */
function callsLast(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const ordered: JsonObject[] = [];
  let calls: JsonObject[] = [];
  for (const block of blocks) {
    if (block['type'] === 'tool_use') calls.push(block);
    else if (block['type'] === 'text') ordered.push(block);
    else {
      ordered.push(...calls, block);
      calls = [];
    }
  }
  return [...ordered, ...calls];
}

/** A beginning that the model is to go on with must not end in blanks. */
function withoutTrailingBlank(blocks: readonly JsonObject[]): readonly JsonObject[] {
  const last = blocks.at(-1);
  return typeof last?.['text'] === 'string' ? [...blocks.slice(0, -1), { ...last, text: last['text'].trimEnd() }] : blocks;
}
