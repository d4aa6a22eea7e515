/**
 * Writes the events of one message as objects, by the grammar that stock clients need: one block after the other, each with something in
 * it, and one reason at the end. Chunks that come while the arguments of a call are being written wait for its end.
 */
import type { Chunk, FinishReason, ToolCallChunk } from '../../../core/chunk.ts';
import type { GatewayError } from '../../../core/errors.ts';
import type { Usage } from '../../../core/money.ts';
import type { JsonObject } from '../../json-fields.ts';
import { isOfText } from '../../opaque-parts.ts';
import type { AnswerHead } from '../../wire.ts';
import { writeUsage } from '../counted-usage.ts';
import { encodeFailure } from '../failures.ts';
import { finishWord } from '../finish-reasons.ts';
import { keptThinking, wrappedPart } from '../kept-parts.ts';
import { deltaOf, emptyBlock, type OpenBlock, wholeBlock } from './open-block.ts';

export interface MessageEvent extends JsonObject {
  readonly type: string;
}

export interface MessageWriter {
  start(): readonly MessageEvent[];
  take(chunk: Chunk): readonly MessageEvent[];
  end(usage: Usage | null): readonly MessageEvent[];
  fail(failure: GatewayError): readonly MessageEvent[];
  /** The whole message, once it has ended. */
  readonly message: JsonObject;
}

export function messageWriter({ id, model }: AnswerHead): MessageWriter {
  const content: JsonObject[] = [];
  const done = new Set<string>();
  let open: OpenBlock | null = null;
  let waiting: Chunk[] = [];
  let reason: FinishReason = 'stop';
  let message: JsonObject = messageOf({ id, model, content: [], stop_reason: null, usage: null });

  const here = (type: string, fields: JsonObject = {}): MessageEvent => ({ type, index: content.length, ...fields });

  /** Ends the block that is open. */
  const pause = (): MessageEvent[] => {
    if (open === null) return [];
    const events = [here('content_block_stop')];
    content.push(wholeBlock(open));
    open = null;
    return events;
  };

  /** Writes a block that comes whole. */
  const tell = (block: JsonObject): MessageEvent[] => {
    const events = [...pause(), here('content_block_start', { content_block: block }), here('content_block_stop')];
    content.push(block);
    return events;
  };

  const begin = (kind: OpenBlock['kind'], call: OpenBlock['call'] = { id: '', name: '' }): MessageEvent[] => {
    const events = pause();
    open = { kind, call, text: '', signature: '' };
    return [...events, here('content_block_start', { content_block: emptyBlock(open) })];
  };

  const say = (kind: 'text' | 'thinking', text: string): MessageEvent[] => {
    if (text === '') return [];
    const events = open?.kind === kind ? [] : begin(kind);
    return [...events, ...add(text)];
  };

  const add = (text: string): MessageEvent[] => {
    if (open === null || text === '') return [];
    open.text += text;
    return [here('content_block_delta', { delta: deltaOf(open.kind, text) })];
  };

  /** Writes a part that a vendor wants back: at the end of the thinking that it belongs to, or as a block of its own. */
  const keep = (opaque: string): MessageEvent[] => {
    const { signature, redactedData } = keptThinking(opaque) ?? {};
    if (redactedData !== undefined) return tell({ type: 'redacted_thinking', data: redactedData });
    const isThinking = open?.kind === 'thinking';
    if (signature === undefined && (!isThinking || isOfText(opaque)))
      return tell({ type: 'redacted_thinking', data: wrappedPart({ opaque }) });
    const events = isThinking ? [] : begin('thinking');
    if (open !== null) open.signature = signature ?? wrappedPart({ opaque });
    events.push(here('content_block_delta', { delta: { type: 'signature_delta', signature: open?.signature ?? '' } }));
    return [...events, ...pause()];
  };

  const callTool = ({ id: callId, name, argumentsText, done: isDone, opaque }: ToolCallChunk): MessageEvent[] => {
    if (done.has(callId)) return [];
    const events = open?.call.id === callId ? [] : begin('call', { id: callId, name });
    if (open === null) return events;
    const said = open.text;
    if (!isDone) return [...events, ...add(argumentsText)];
    const rest = argumentsText.startsWith(said) ? argumentsText.slice(said.length) : '';
    events.push(...add(rest === '' && said === '' ? '{}' : rest));
    open.text = argumentsText || open.text;
    done.add(callId);
    events.push(...pause());
    if (opaque !== undefined) events.push(...tell({ type: 'redacted_thinking', data: wrappedPart({ opaque, call: callId }) }));
    return [...events, ...takeWaiting()];
  };

  const takeWaiting = (): MessageEvent[] => {
    const chunks = waiting;
    waiting = [];
    return chunks.flatMap(take);
  };

  const take = (chunk: Chunk): MessageEvent[] => {
    const mustWait = open?.kind === 'call' && !(chunk.type === 'tool-call' && chunk.id === open.call.id);
    switch (chunk.type) {
      case 'text':
      case 'reasoning':
      case 'tool-call':
        if (!mustWait) return write(chunk);
        waiting.push(chunk);
        return [];
      case 'finish':
        reason = chunk.reason;
        return [];
      default:
        return [];
    }
  };

  const write = (chunk: Extract<Chunk, { readonly type: 'text' | 'reasoning' | 'tool-call' }>): MessageEvent[] => {
    switch (chunk.type) {
      case 'text':
        return say('text', chunk.text);
      case 'reasoning':
        return [...say('thinking', chunk.text), ...(chunk.opaque === undefined ? [] : keep(chunk.opaque))];
      case 'tool-call':
        return callTool(chunk);
    }
  };

  const end = (usage: Usage | null): MessageEvent[] => {
    const events: MessageEvent[] = [];
    // A call that was cut off ends here, and with it what waited for it; that may begin the next one.
    while (open !== null || waiting.length > 0) events.push(...pause(), ...takeWaiting());
    const called = content.some(({ type }) => type === 'tool_use');
    const stopReason = finishWord(reason, called);
    message = messageOf({ id, model, content, stop_reason: stopReason, usage });
    const delta = { stop_reason: stopReason, stop_sequence: null };
    return [...events, { type: 'message_delta', delta, usage: writeUsage(usage) }, { type: 'message_stop' }];
  };

  return {
    start: () => [{ type: 'message_start', message }],
    take,
    end,
    fail(failure) {
      if (failure.code !== 'GUARDRAIL_BLOCKED') return [{ type: 'error', ...encodeFailure(failure).body }];
      // What a guardrail cuts off is an answer that a filter ended, as the vendor would end it.
      reason = 'content-filter';
      return end(null);
    },
    get message() {
      return message;
    },
  };
}

interface Message {
  readonly id: string;
  readonly model: string;
  readonly content: readonly JsonObject[];
  readonly stop_reason: string | null;
  readonly usage: Usage | null;
}

const messageOf = ({ id, model, content, stop_reason, usage }: Message): JsonObject => ({
  id,
  type: 'message',
  role: 'assistant',
  model,
  content,
  stop_reason,
  stop_sequence: null,
  usage: writeUsage(usage),
});
