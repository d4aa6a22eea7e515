/** Reads the events of a streamed response. */
import type { Chunk, FinishReason } from '../../core/chunk.ts';
import type { Usage } from '../../core/money.ts';
import { countOf, isObject, type JsonObject, listOf, objectOf, parseJson, textOf } from '../json-fields.ts';
import { settleFinish } from '../settle-finish.ts';
import type { SseEvent } from '../sse/read-events.ts';
import type { EventDecoder } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';
import { readUsage } from './counted-usage.ts';
import { failureIn } from './failures.ts';
import { readFinish } from './finish-reasons.ts';
import { type OutputReader, readOutput, type Series } from './output/output-reader.ts';

/** Text by events: its series, and the field with the place of the part. */
const texts: ReadonlyMap<string, readonly [Series, string]> = new Map([
  ['response.output_text', ['text', 'content_index']],
  ['response.refusal', ['text', 'content_index']],
  ['response.reasoning_summary_text', ['summary', 'summary_index']],
  ['response.reasoning_summary_part', ['summary', 'summary_index']],
  ['response.reasoning_text', ['content', 'content_index']],
]);
const terminal = /^response\.(?:completed|incomplete|failed|cancell?ed|done)$/;

export interface ResponseReader {
  /** `name`: of an event that does not name itself. */
  take(name: string, event: JsonObject): readonly Chunk[];
  /** The answer is over, and its last event did not come. */
  endWithoutReason(): readonly Chunk[];
  /** Its last event has come, good or bad. */
  readonly ended: boolean;
  readonly usage: Usage | null;
}

export function readResponse(): ResponseReader {
  const output = readOutput();
  let usage: Usage | null = null;
  let refused = false;
  let ended = false;

  const finish = (reason: FinishReason): Chunk => {
    const said = { text: output.saidText, toolCall: output.called };
    // A refusal says why nothing was done; a call beside it is still to be made.
    return { type: 'finish', reason: settleFinish(refused && reason === 'stop' && !said.toolCall ? 'content-filter' : reason, said) };
  };

  const end = (type: string, event: JsonObject): readonly Chunk[] => {
    const response = objectOf(event['response']);
    const items = listOf(response['output']);
    refused ||= hasRefusal(items);
    const reason = readFinish({ status: type.slice('response.'.length), ...response });
    return [...output.close(items), finish(reason)];
  };

  return {
    take(name, event) {
      const type = textOf(event['type']) || name;
      usage = readUsage(objectOf(event['response'])['usage']) ?? readUsage(event['usage']) ?? usage;
      const isLast = terminal.test(type);
      if (isLast) ended = true;
      const failure = failureIn(type, event);
      if (failure !== null) throw failure;
      if (isLast) return end(type, event);
      if (type.startsWith('response.refusal')) refused = true;
      if (type.startsWith('response.output_item') && hasRefusal([event['item']])) refused = true;
      return takeContent(output, type, event);
    },
    endWithoutReason() {
      ended = true;
      const warning: Chunk = { type: 'warning', message: 'The model ended its answer without saying why.' };
      return [...output.close([]), warning, finish('other')];
    },
    get ended() {
      return ended;
    },
    get usage() {
      return usage;
    },
  };
}

export function decodeEvents(): EventDecoder {
  const response = readResponse();
  return {
    take({ event: name, data }: SseEvent) {
      if (response.ended) return [];
      if (data.trim() === '[DONE]') return response.endWithoutReason();
      const event = parseJson(data);
      if (event === undefined && name !== 'ping') throw new WireFailure('unreadable');
      return isObject(event) ? response.take(name, event) : [];
    },
    end() {
      if (response.ended) return [];
      throw new WireFailure('cut');
    },
    get complete() {
      return response.ended;
    },
    get ended() {
      return response.ended;
    },
    get usage() {
      return response.usage;
    },
  };
}

/** Nothing for events that are not known. */
function takeContent(output: OutputReader, type: string, event: JsonObject): readonly Chunk[] {
  const place = countOf(event['output_index']);
  const part = objectOf(event['part']);
  switch (type) {
    case 'response.output_item.added':
      return output.added(objectOf(event['item']), place);
    case 'response.output_item.done':
      return output.done(objectOf(event['item']), place);
    case 'response.function_call_arguments.delta':
      return output.argumentsPiece(event, textOf(event['delta']));
    case 'response.function_call_arguments.done':
      output.argumentsTold(event, textOf(event['arguments']));
      return [];
    case 'response.content_part.added':
    case 'response.content_part.done': {
      const partType = textOf(part['type']);
      const series = partType === 'output_text' || partType === 'refusal' ? 'text' : partType === 'reasoning_text' ? 'content' : null;
      if (series === null) return [];
      return output.toldPart(series, event, countOf(event['content_index']) ?? 0, textOf(part['text']) || textOf(part['refusal']));
    }
    default: {
      const [series, placeField] = texts.get(type.slice(0, type.lastIndexOf('.'))) ?? [];
      if (series === undefined || placeField === undefined) return [];
      const at = countOf(event[placeField]) ?? 0;
      if (type.endsWith('.delta')) return output.says(series, event, at, textOf(event['delta']));
      return output.toldPart(series, event, at, textOf(event['text']) || textOf(event['refusal']) || textOf(part['text']));
    }
  }
}

/** Whether a message among the items declines to answer. */
const hasRefusal = (items: readonly unknown[]): boolean =>
  items.some((item) => listOf(objectOf(item)['content']).some((part) => objectOf(part)['type'] === 'refusal'));
