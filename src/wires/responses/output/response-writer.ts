/**
 * Writes the events of one response as objects, by the grammar that stock clients need: a sequence number each, every item opened before
 * something is said of it and closed once, one last event with the whole output, and no item that says nothing.
 */
import type { Chunk, FinishReason, ToolCallChunk } from '../../../core/chunk.ts';
import type { GatewayError } from '../../../core/errors.ts';
import type { Usage } from '../../../core/money.ts';
import type { JsonObject } from '../../json-fields.ts';
import { isOfText, opaquePartOf } from '../../opaque-parts.ts';
import { responseErrorOf } from '../../openai/refusals.ts';
import type { AnswerHead } from '../../wire.ts';
import { writeUsage } from '../counted-usage.ts';
import { writtenEnds } from '../finish-reasons.ts';
import { openaiOpaque } from '../opaque-fields.ts';
import { responseObject } from './response-object.ts';

export interface ResponseEvent extends JsonObject {
  readonly type: string;
}

export interface ResponseWriter {
  start(): readonly ResponseEvent[];
  take(chunk: Chunk): readonly ResponseEvent[];
  end(usage: Usage | null): readonly ResponseEvent[];
  fail(failure: GatewayError): readonly ResponseEvent[];
  /** As in the last event. */
  readonly response: JsonObject;
}

/** An item that is open. `text` is all that it has said. */
interface Open {
  readonly kind: 'message' | 'reasoning' | 'call';
  readonly place: number;
  readonly id: string;
  readonly call: { readonly id: string; readonly name: string };
  text: string;
  phase: string | undefined;
  encrypted: string | undefined;
}

const prefixes = { message: 'msg', reasoning: 'rs', call: 'fc' } as const;

export function responseWriter(head: AnswerHead): ResponseWriter {
  const output: JsonObject[] = [];
  const calls = new Map<string, Open>();
  const stem = head.id.replace(/^resp_/, '');
  let sequence = 0;
  let places = 0;
  let said: Open | null = null;
  let reason: FinishReason = 'stop';
  let response: JsonObject = responseObject(head, { status: 'in_progress' });

  const event = (type: string, fields: JsonObject): ResponseEvent => {
    const written = { type, sequence_number: sequence, ...fields };
    sequence += 1;
    return written;
  };
  const at = ({ id, place }: Open): JsonObject => ({ item_id: id, output_index: place });

  const open = (
    kind: Open['kind'],
    call: Open['call'] = { id: '', name: '' },
  ): { readonly item: Open; readonly events: ResponseEvent[] } => {
    const place = places;
    places += 1;
    const item: Open = { kind, place, id: `${prefixes[kind]}_${stem}_${place}`, call, text: '', phase: undefined, encrypted: undefined };
    return { item, events: [event('response.output_item.added', { output_index: place, item: itemObject(item, 'in_progress') })] };
  };

  const close = (item: Open, status: 'completed' | 'incomplete'): ResponseEvent[] => {
    const whole = itemObject(item, status);
    output[item.place] = whole;
    return [...endsOfParts(item), event('response.output_item.done', { output_index: item.place, item: whole })];
  };

  const endsOfParts = (item: Open): ResponseEvent[] => {
    const { kind, text } = item;
    const part = partOf(item);
    if (kind === 'call') return [event('response.function_call_arguments.done', { ...at(item), name: item.call.name, arguments: text })];
    if (text === '') return [];
    return kind === 'message'
      ? [
          event('response.output_text.done', { ...at(item), content_index: 0, text, logprobs: [] }),
          event('response.content_part.done', { ...at(item), content_index: 0, part }),
        ]
      : [
          event('response.reasoning_summary_text.done', { ...at(item), summary_index: 0, text }),
          event('response.reasoning_summary_part.done', { ...at(item), summary_index: 0, part }),
        ];
  };

  /** Closes the text or the reasoning that is open. */
  const pause = (): ResponseEvent[] => {
    if (said === null) return [];
    const item = said;
    said = null;
    return close(item, 'completed');
  };

  const say = (kind: 'message' | 'reasoning', text: string): ResponseEvent[] => {
    if (text === '') return [];
    const events: ResponseEvent[] = [];
    if (said?.kind !== kind) events.push(...pause());
    let item = said;
    if (item === null) {
      const opened = open(kind);
      item = opened.item;
      said = item;
      const type = kind === 'message' ? 'response.content_part.added' : 'response.reasoning_summary_part.added';
      const place = kind === 'message' ? { content_index: 0 } : { summary_index: 0 };
      events.push(...opened.events, event(type, { ...at(item), ...place, part: partOf(item) }));
    }
    item.text += text;
    events.push(
      kind === 'message'
        ? event('response.output_text.delta', { ...at(item), content_index: 0, delta: text, logprobs: [] })
        : event('response.reasoning_summary_text.delta', { ...at(item), summary_index: 0, delta: text }),
    );
    return events;
  };

  /** What a vendor wants back: it ends the reasoning that it belongs to, and travels as its encrypted text. */
  const keep = (opaque: string): ResponseEvent[] => {
    const phase = opaquePartOf(opaque, openaiOpaque)?.metadata['openai']?.['phase'];
    if (phase !== undefined) {
      if (said?.kind === 'message') said.phase = phase;
      return said?.kind === 'message' ? pause() : [];
    }
    const events = said?.kind === 'reasoning' && !isOfText(opaque) ? [] : pause();
    if (said === null) {
      const opened = open('reasoning');
      said = opened.item;
      events.push(...opened.events);
    }
    said.encrypted = opaque;
    return [...events, ...pause()];
  };

  const callTool = ({ id, name, argumentsText, done }: ToolCallChunk): ResponseEvent[] => {
    const events = pause();
    let item = calls.get(id);
    if (item === undefined) {
      const opened = open('call', { id, name });
      item = opened.item;
      calls.set(id, item);
      events.push(...opened.events);
    }
    const delta = !done ? argumentsText : argumentsText.startsWith(item.text) ? argumentsText.slice(item.text.length) : '';
    if (delta !== '') events.push(event('response.function_call_arguments.delta', { ...at(item), delta }));
    item.text = done ? argumentsText : item.text + argumentsText;
    if (!done) return events;
    calls.delete(id);
    return [...events, ...close(item, 'completed')];
  };

  const last = (type: string, fields: JsonObject): ResponseEvent[] => {
    const events = pause();
    for (const item of calls.values()) events.push(...close(item, 'incomplete'));
    calls.clear();
    response = responseObject(head, { ...fields, output });
    return [...events, event(type, { response })];
  };

  return {
    start: () => [event('response.created', { response }), event('response.in_progress', { response })],
    take(chunk) {
      switch (chunk.type) {
        case 'text':
          return say('message', chunk.text);
        case 'reasoning':
          return [...say('reasoning', chunk.text), ...(chunk.opaque === undefined ? [] : keep(chunk.opaque))];
        case 'tool-call':
          return callTool(chunk);
        case 'finish':
          reason = chunk.reason;
          return [];
        default:
          return [];
      }
    },
    end(usage) {
      const ended = writtenEnds[reason];
      return last(`response.${ended.status}`, { ...ended, usage: writeUsage(usage) });
    },
    fail(failure) {
      // What a guardrail cuts off is an answer that a filter ended, as the vendor would end it.
      if (failure.code === 'GUARDRAIL_BLOCKED') return last('response.incomplete', { ...writtenEnds['content-filter'] });
      return last('response.failed', { status: 'failed', error: responseErrorOf(failure) });
    },
    get response() {
      return response;
    },
  };
}

function partOf({ kind, text }: Open): JsonObject {
  return kind === 'message' ? { type: 'output_text', text, annotations: [], logprobs: [] } : { type: 'summary_text', text };
}

function itemObject(item: Open, status: 'in_progress' | 'completed' | 'incomplete'): JsonObject {
  const { kind, id, call, text, phase, encrypted } = item;
  const parts = text === '' ? [] : [partOf(item)];
  switch (kind) {
    case 'message':
      return { id, type: 'message', status, role: 'assistant', content: parts, ...(phase === undefined ? {} : { phase }) };
    case 'reasoning':
      return { id, type: 'reasoning', status, summary: parts, ...(encrypted === undefined ? {} : { encrypted_content: encrypted }) };
    case 'call':
      return { id, type: 'function_call', status, call_id: call.id, name: call.name, arguments: text };
  }
}
