/** Reads the answers of Bedrock's Converse and ConverseStream (docs.aws.amazon.com/bedrock, API reference). */
import type { Chunk, FinishReason } from '../../../core/chunk.ts';
import type { Usage } from '../../../core/money.ts';
import { decodeFinishReason } from '../../../wires/chat-completions/finish-reasons.ts';
import { disjointUsage } from '../../../wires/disjoint-usage.ts';
import { countOf, isObject, type JsonObject, listOf, objectOf, parseJson, textOf } from '../../../wires/json-fields.ts';
import { mergeChunks } from '../../../wires/merge-chunks.ts';
import { settleFinish } from '../../../wires/settle-finish.ts';
import type { Answer, EventDecoder } from '../../../wires/wire.ts';
import { WireFailure } from '../../../wires/wire-failure.ts';
import { readBlocks } from './converse-blocks.ts';

/** `jsonTool`: name of the tool whose arguments are the answer; null: there is none. */
export function decodeConverseEvents(jsonTool: string | null): EventDecoder {
  const blocks = readBlocks(jsonTool);
  let stopReason: string | null = null;
  let usage: Usage | null = null;
  let ended = false;

  function end(): readonly Chunk[] {
    ended = true;
    return [...blocks.end(), { type: 'finish', reason: settleFinish(finishReasonOf(stopReason ?? ''), blocks.said) }];
  }

  return {
    take({ event: name, data }) {
      if (ended) return [];
      if (name.startsWith('exception:')) {
        if (stopReason !== null) return [];
        throw failureOf(name.slice('exception:'.length), data);
      }
      const event = parseJson(data);
      if (!isObject(event)) throw new WireFailure('unreadable');
      const index = countOf(event['contentBlockIndex']) ?? 0;
      switch (name) {
        case 'contentBlockStart':
          return blocks.begin(index, objectOf(event['start']));
        case 'contentBlockDelta':
          return blocks.piece(index, objectOf(event['delta']));
        case 'contentBlockStop':
          return blocks.close(index);
        case 'messageStop':
          stopReason = textOf(event['stopReason']);
          return [];
        case 'metadata':
          usage = usageOf(event['usage']);
          return stopReason === null ? [] : end();
        default:
          return [];
      }
    },
    end() {
      if (ended) return [];
      if (stopReason === null) throw new WireFailure('cut');
      return end();
    },
    get complete() {
      return stopReason !== null;
    },
    get ended() {
      return ended;
    },
    get usage() {
      return usage;
    },
  };
}

export function decodeConverse(body: unknown, jsonTool: string | null): Answer {
  const { output, stopReason, usage, message: error, __type: type } = objectOf(body);
  const { message } = objectOf(output);
  if (!isObject(message)) {
    throw typeof error === 'string'
      ? failureOf(textOf(type).replace(/^.*#/, ''), JSON.stringify({ message: error }))
      : new WireFailure('unreadable');
  }
  const blocks = readBlocks(jsonTool);
  const chunks = [...listOf(message['content']).flatMap((block, index) => blocks.whole(index, objectOf(block))), ...blocks.end()].filter(
    (chunk) => chunk.type !== 'tool-call' || chunk.done,
  );
  const reason = settleFinish(finishReasonOf(textOf(stopReason)), blocks.said);
  return { chunks: [...mergeChunks(chunks), { type: 'finish', reason }], usage: usageOf(usage) };
}

/** Stop reasons that say that the model's output is not an answer. */
const malformed: readonly string[] = ['malformed_model_output', 'malformed_tool_use'];

function finishReasonOf(word: string): FinishReason {
  if (malformed.includes(word)) throw new WireFailure('unreadable');
  const reason = decodeFinishReason(word);
  if (reason === 'failed') throw new WireFailure('refused');
  return reason;
}

/** Counts of tokens. Cached input stands beside `inputTokens`. */
function usageOf(usage: unknown): Usage | null {
  const of = (name: string): number | null => countOf(objectOf(usage)[name]);
  const [input, output] = [of('inputTokens'), of('outputTokens')];
  const [cacheRead, cacheWrite] = [of('cacheReadInputTokens'), of('cacheWriteInputTokens')];
  const allInput = (input ?? 0) + (cacheRead ?? 0) + (cacheWrite ?? 0);
  if (allInput === 0 && (output ?? 0) === 0) return null;
  return disjointUsage({ input: allInput, cacheRead, cacheWrite, output, reasoning: null, total: null });
}

const statuses: Readonly<Record<string, number>> = {
  accessdeniedexception: 403,
  internalserverexception: 500,
  // The model failed, not the request.
  modelerrorexception: 500,
  modelnotreadyexception: 503,
  modelstreamerrorexception: 500,
  modeltimeoutexception: 504,
  resourcenotfoundexception: 404,
  servicequotaexceededexception: 429,
  serviceunavailableexception: 503,
  throttlingexception: 429,
  validationexception: 400,
};

const failureOf = (type: string, data: string): WireFailure =>
  new WireFailure('refused', { status: statuses[type.toLowerCase()] ?? null, text: textWith(type, objectOf(parseJson(data))) });

const textWith = (type: string, fields: JsonObject): string => JSON.stringify({ ...fields, type });
