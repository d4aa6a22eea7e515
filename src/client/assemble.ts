/**
 * The pure reducer of completion events: for `Answer`, and for any store of an app (a reducer of urql, `onData` of Apollo, Redux).
 *
 * Events may come twice or with a hole between them, since connections break and libraries drop. An event that is already worked in
 * changes nothing. One that does not join on changes nothing either, because text with a hole is wrong text.
 */
import type { Completion, CompletionEvent, MessagePart, ToolCall } from './completion-events.ts';

/** A call that the model writes. */
export interface ToolCallSoFar {
  readonly id: string;
  readonly name: string;
  /** JSON as far as it is written, to show. */
  readonly argumentsText: string;
  /** Null until it is whole: wait for it before you make the call. */
  readonly call: ToolCall | null;
}

export interface CompletionSoFar extends Completion {
  readonly toolCalls: readonly ToolCallSoFar[];
  /** Of the last event that is worked in; 0 before the first. */
  readonly seq: number;
  /** The place behind that event, to go on from; null before the first. */
  readonly cursor: string | null;
}

export const emptyCompletion: CompletionSoFar = {
  id: '',
  status: 'RUNNING',
  text: '',
  parts: [],
  toolCalls: [],
  object: null,
  finishReason: null,
  citations: [],
  failure: null,
  usage: null,
  provenance: null,
  warnings: [],
  seq: 0,
  cursor: null,
};

/** Kinds that stand on the events before them. */
const pieces = /(Delta|Ready|Added)$/;

/** Whether something is missing between the two: read again behind `sofar.cursor`, or ask `completionById`. */
export const hasGap = (sofar: CompletionSoFar, event: CompletionEvent): boolean =>
  pieces.test(event.__typename) && (event.seq > sofar.seq + 1 || (event.__typename === 'TextDelta' && event.offset > sofar.text.length));

/**
 * The completion with the event worked in; `sofar` itself where there is nothing new. Text never gets shorter, but for
 * what the last event of an answer that ended well says.
 *
 * @example
 * ```ts
 * import { assemble, type CompletionEvent, emptyCompletion } from 'fieldgate/client';
 *
 * declare const events: AsyncIterable<CompletionEvent>;
 * let completion = emptyCompletion;
 * for await (const event of events) completion = assemble(completion, event);
 * ```
 */
export function assemble(sofar: CompletionSoFar = emptyCompletion, event: CompletionEvent): CompletionSoFar {
  if (event.seq <= sofar.seq || hasGap(sofar, event)) return sofar;
  const { seq, cursor } = event;
  const next = { ...sofar, seq, cursor: cursor || sofar.cursor, id: event.completionId || sofar.id };
  switch (event.__typename) {
    case 'TextDelta': {
      const text = event.text.slice(sofar.text.length - event.offset);
      return { ...next, text: sofar.text + text, parts: grown(sofar.parts, 'TextPart', text) };
    }
    case 'ReasoningDelta':
      return { ...next, parts: grown(sofar.parts, 'ReasoningPart', event.text) };
    case 'ToolCallDelta': {
      const { callId: id, name, argumentsText } = event;
      return {
        ...next,
        toolCalls: withCall(sofar, id, (before = '') => ({ id, name, argumentsText: before + argumentsText, call: null })),
      };
    }
    case 'ToolCallReady': {
      const { call } = event;
      const toolCalls = withCall(sofar, call.id, (before) => wholeCall(call, before));
      return { ...next, toolCalls, parts: [...sofar.parts, { __typename: 'ToolCallPart', call }] };
    }
    case 'ObjectDelta':
      return { ...next, object: event.object };
    case 'CitationAdded':
      return { ...next, citations: [...sofar.citations, event.citation] };
    case 'CompletionSnapshot':
    case 'CompletionFinished':
      return replaced(next, event.completion);
    case 'CompletionFailed': {
      const { completion, failure } = event;
      const { text = '', parts, object, citations, ...rest }: Partial<Completion> = completion ?? {};
      const whole = text.length > sofar.text.length ? replaced(next, completion) : { ...next, ...rest };
      return { ...whole, id: next.id, status: failure.code === 'CANCELLED' ? 'CANCELLED' : 'FAILED', failure };
    }
    default:
      return next;
  }
}

/** Of an app's own selection, fields may be missing: what is known of them stays. */
function replaced(sofar: CompletionSoFar, completion: Completion): CompletionSoFar {
  const parts = completion?.parts ?? sofar.parts;
  return { ...sofar, ...completion, toolCalls: parts.flatMap((part) => ('call' in part ? [wholeCall(part.call)] : [])) };
}

const wholeCall = (call: ToolCall, argumentsText = JSON.stringify(call.arguments)): ToolCallSoFar => ({
  id: call.id,
  name: call.name,
  argumentsText,
  call,
});

function grown(parts: readonly MessagePart[], kind: 'TextPart' | 'ReasoningPart', text: string): readonly MessagePart[] {
  if (text === '') return parts;
  const last = parts.at(-1);
  if (last?.__typename === kind) return [...parts.slice(0, -1), { ...last, text: last.text + text }];
  return [...parts, kind === 'TextPart' ? { __typename: kind, text } : { __typename: kind, text, opaque: null }];
}

function withCall(
  { toolCalls }: CompletionSoFar,
  id: string,
  make: (argumentsText: string | undefined) => ToolCallSoFar,
): readonly ToolCallSoFar[] {
  const known = toolCalls.find((one) => one.id === id);
  const made = make(known?.argumentsText);
  return known ? toolCalls.map((one) => (one === known ? made : one)) : [...toolCalls, made];
}
