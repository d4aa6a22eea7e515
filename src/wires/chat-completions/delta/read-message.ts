/** Reads what an answer says, in pieces (`delta`) or whole (`message`): both have the same fields. */
import type { Chunk } from '../../../core/chunk.ts';
import { isObject, type JsonObject, listOf, objectOf, textOf } from '../../json-fields.ts';
import { opaqueOf } from '../../opaque-parts.ts';
import type { ChatSettings } from '../chat-settings.ts';
import { splitThinkTags } from './think-tags.ts';
import { joinToolCalls } from './tool-call-deltas.ts';

export interface MessageReader {
  take(piece: JsonObject): readonly Chunk[];
  /** Returns the text that was held back, and the whole tool calls. */
  end(): readonly Chunk[];
  readonly seen: Seen;
}

/** What the message has said so far. */
export interface Seen {
  /** Whether a text was said. */
  readonly text: boolean;
  readonly toolCall: boolean;
  /** Whether the model said why it does not answer. */
  readonly refusal: boolean;
}

const randomCallId = (): string => `call_${crypto.randomUUID().replaceAll('-', '').slice(0, 24)}`;

export function readMessage({ opaque, thinkTags, newCallId = randomCallId }: ChatSettings): MessageReader {
  const tags = thinkTags ? splitThinkTags() : null;
  const calls = joinToolCalls(newCallId, (thoughtSignature) => opaqueOf({ [opaque.vendor]: { thoughtSignature } }, opaque));
  const seen = { text: false, toolCall: false, refusal: false };

  const noted = (chunks: readonly Chunk[]): readonly Chunk[] => {
    if (chunks.some((chunk) => chunk.type === 'text')) seen.text = true;
    return chunks;
  };
  const textChunks = (said: string): readonly Chunk[] => {
    if (said === '') return [];
    return noted(tags === null ? [{ type: 'text', text: said }] : tags.take(said));
  };

  /** Mistral and others send a list of parts. */
  const partChunks = (part: unknown): readonly Chunk[] => {
    if (!isObject(part)) return textChunks(textOf(part));
    const thought = part['thinking'] ?? (part['type'] === 'reasoning' ? part['text'] : undefined);
    if (thought === undefined) return textChunks(textOf(part['text']));
    return reasoningChunks(
      typeof thought === 'string'
        ? thought
        : listOf(thought)
            .map((one) => textOf(objectOf(one)['text']))
            .join(''),
    );
  };

  return {
    take(piece) {
      const { content, refusal: refused, function_call: legacyCall } = piece;
      const contents =
        typeof content === 'string' ? textChunks(content) : (Array.isArray(content) ? content : [content]).flatMap(partChunks);
      if (textOf(refused) !== '') seen.refusal = true;
      const deltas = isObject(legacyCall) ? [{ index: 0, function: legacyCall }] : listOf(piece['tool_calls']).filter(isObject);
      const called = deltas.flatMap((delta) => calls.take(delta));
      if (deltas.length > 0) seen.toolCall = calls.any();
      return [
        ...reasoningChunks(textOf(piece['reasoning_content']) || textOf(piece['reasoning'])),
        ...contents,
        ...noted(chunkOf('text', textOf(refused))),
        ...called,
      ];
    },
    end: () => [...noted(tags?.end() ?? []), ...calls.end()],
    seen,
  };
}

const chunkOf = (type: 'text' | 'reasoning', text: string): readonly Chunk[] => (text === '' ? [] : [{ type, text }]);
const reasoningChunks = (text: string): readonly Chunk[] => chunkOf('reasoning', text);
