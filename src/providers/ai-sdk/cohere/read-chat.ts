/** Reads the answers of Cohere's Chat API, version 2 (docs.cohere.com), as events and whole. */
import type { Chunk, FinishReason } from '../../../core/chunk.ts';
import type { Usage } from '../../../core/money.ts';
import { failureIn } from '../../../wires/chat-completions/failures.ts';
import { decodeFinishReason } from '../../../wires/chat-completions/finish-reasons.ts';
import { disjointUsage } from '../../../wires/disjoint-usage.ts';
import { countOf, isObject, type JsonObject, listOf, objectOf, parseJson, textOf } from '../../../wires/json-fields.ts';
import { mergeChunks } from '../../../wires/merge-chunks.ts';
import { type PendingCall, pendingCall } from '../../../wires/pending-call.ts';
import { settleFinish } from '../../../wires/settle-finish.ts';
import type { Answer, EventDecoder } from '../../../wires/wire.ts';
import { WireFailure } from '../../../wires/wire-failure.ts';

export function decodeChatEvents(): EventDecoder {
  const message = readMessage();
  let usage: Usage | null = null;
  let ended = false;
  return {
    take({ event: name, data }) {
      if (ended || data.trim() === '' || data.trim() === '[DONE]') return [];
      const event = parseJson(data);
      if (!isObject(event)) throw new WireFailure('unreadable');
      const failure = failureIn(event);
      if (failure !== null) throw failure;
      const { delta } = event;
      const type = textOf(event['type']) || name;
      if (type !== 'message-end') return message.take(type, objectOf(objectOf(delta)['message']));
      ended = true;
      usage = usageOf(objectOf(delta)['usage']);
      return message.end(textOf(objectOf(delta)['finish_reason']));
    },
    end() {
      if (ended) return [];
      throw new WireFailure('cut');
    },
    get complete() {
      return ended;
    },
    get ended() {
      return ended;
    },
    get usage() {
      return usage;
    },
  };
}

export function decodeChat(body: unknown): Answer {
  if (!isObject(body) || !isObject(body['message'])) {
    throw (isObject(body) ? failureIn(body) : null) ?? new WireFailure('unreadable');
  }
  const { content, tool_plan: plan, tool_calls: calls } = body['message'];
  const message = readMessage();
  const contents = typeof content === 'string' ? [{ text: content }] : listOf(content);
  const chunks = [
    ...message.take('tool-plan-delta', { tool_plan: plan }),
    ...contents.flatMap((one) => message.take('content-start', { content: one })),
    ...listOf(calls).flatMap((call) => [...message.take('tool-call-start', { tool_calls: call }), ...message.take('tool-call-end', {})]),
    ...message.end(textOf(body['finish_reason'])),
  ];
  return { chunks: mergeChunks(chunks.filter((chunk) => chunk.type !== 'tool-call' || chunk.done)), usage: usageOf(body['usage']) };
}

interface MessageReader {
  /** `message` is the new part of the message. Unknown types say nothing. */
  take(type: string, message: JsonObject): readonly Chunk[];
  /** `finish` last. */
  end(finishReason: string): readonly Chunk[];
}

function readMessage(): MessageReader {
  const ids = new Set<string>();
  const said = { text: false, toolCall: false };
  let call: PendingCall | null = null;

  const endCall = (): readonly Chunk[] => {
    const chunks = call?.end({}, undefined) ?? [];
    call = null;
    if (chunks.length > 0) said.toolCall = true;
    return chunks.map((chunk) =>
      chunk.type === 'tool-call' && chunk.done ? { ...chunk, argumentsText: argumentsOf(chunk.argumentsText) } : chunk,
    );
  };

  return {
    take(type, message) {
      const content = objectOf(message['content']);
      const { id, function: called } = objectOf(message['tool_calls']);
      const { name, arguments: given } = objectOf(called);
      switch (type) {
        // A block may begin with text already.
        case 'content-start':
        case 'content-delta': {
          const text = textOf(content['text']);
          if (text !== '') said.text = true;
          return [...chunkOf('reasoning', textOf(content['thinking'])), ...chunkOf('text', text)];
        }
        // What the model means to do with its tools.
        case 'tool-plan-delta':
          return chunkOf('reasoning', textOf(message['tool_plan']));
        case 'tool-call-start': {
          const left = endCall();
          call = pendingCall(ids);
          return [...left, ...call.begin({ id, name }), ...call.piece(textOf(given))];
        }
        case 'tool-call-delta':
          return call?.piece(textOf(given)) ?? [];
        case 'tool-call-end':
          return endCall();
        default:
          return [];
      }
    },
    end(word) {
      const left = endCall();
      return [...left, { type: 'finish', reason: settleFinish(finishReasonOf(word), said) }];
    },
  };
}

function finishReasonOf(word: string): FinishReason {
  const reason = decodeFinishReason(word);
  if (reason === 'failed') throw new WireFailure('refused');
  return reason;
}

/** The arguments. For tools without parameters Cohere sends `null`, or nothing. */
const argumentsOf = (text: string): string => (text.trim() === '' || text.trim() === 'null' ? '{}' : text);

const chunkOf = (type: 'text' | 'reasoning', text: string): readonly Chunk[] => (text === '' ? [] : [{ type, text }]);

/** The billed units, which leave out the text that Cohere itself puts around a prompt. */
function usageOf(usage: unknown): Usage | null {
  const { billed_units: billed, tokens, cached_tokens: cached } = objectOf(usage);
  const of = (name: string): number | null => countOf(objectOf(billed)[name]) ?? countOf(objectOf(tokens)[name]);
  const [input, output] = [of('input_tokens'), of('output_tokens')];
  if ((input ?? 0) === 0 && (output ?? 0) === 0) return null;
  const cacheRead = Math.min(countOf(cached) ?? 0, input ?? 0);
  return disjointUsage({ input, cacheRead, cacheWrite: null, output, reasoning: null, total: null });
}
