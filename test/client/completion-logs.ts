/** Arbitrary logs of events, as the stream protocol allows them. */
import fc from 'fast-check';
import type { Citation, Completion, CompletionEvent, MessagePart, ToolCall } from '../../src/client/completion-events.ts';

type Piece =
  | { readonly kind: 'text' | 'reasoning'; readonly text: string }
  | { readonly kind: 'call'; readonly id: string; readonly argumentsText: readonly string[] }
  | { readonly kind: 'object'; readonly value: unknown }
  | { readonly kind: 'citation'; readonly marker: string };

const piece: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('text' as const), text: fc.string({ minLength: 1, unit: 'binary' }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reasoning' as const), text: fc.string({ minLength: 1 }) }) },
  fc.record({
    kind: fc.constant('call' as const),
    id: fc.uuid(),
    argumentsText: fc.constantFrom(['{"a', '":1}'], ['{}'], ['{"a":', '[2', ']}']),
  }),
  fc.record({ kind: fc.constant('object' as const), value: fc.dictionary(fc.string(), fc.integer()) }),
  fc.record({ kind: fc.constant('citation' as const), marker: fc.integer({ min: 1, max: 9 }).map((number) => `[${number}]`) }),
);

export interface CompletionLog {
  readonly events: readonly CompletionEvent[];
  /** As the gateway knows it at its end. */
  readonly completion: Completion;
}

const citationOf = (marker: string): Citation => ({ marker, quote: 'A quote.', score: 1, passage: null, entity: null });

/** Each event of an answer in its order, with `seq` 1, 2, 3 …; `failed` says how it ends. */
export function logOf(pieces: readonly Piece[], failed: boolean): CompletionLog {
  const completionId = 'completion-1';
  const events: CompletionEvent[] = [];
  const parts: MessagePart[] = [];
  const citations: Citation[] = [];
  let text = '';
  let object: unknown = null;
  const base = () => ({ seq: events.length + 1, cursor: `c${events.length + 1}`, completionId });
  const grow = (kind: 'TextPart' | 'ReasoningPart', more: string): void => {
    const last = parts.at(-1);
    if (last?.__typename === kind) parts[parts.length - 1] = { ...last, text: last.text + more };
    else parts.push(kind === 'TextPart' ? { __typename: kind, text: more } : { __typename: kind, text: more, opaque: null });
  };
  events.push({ __typename: 'CompletionStarted', ...base() });
  for (const one of pieces) {
    switch (one.kind) {
      case 'text':
        events.push({ __typename: 'TextDelta', ...base(), text: one.text, offset: text.length });
        text += one.text;
        grow('TextPart', one.text);
        break;
      case 'reasoning':
        events.push({ __typename: 'ReasoningDelta', ...base(), text: one.text });
        grow('ReasoningPart', one.text);
        break;
      case 'call': {
        const { id } = one;
        for (const argumentsText of one.argumentsText)
          events.push({ __typename: 'ToolCallDelta', ...base(), callId: id, name: 'order', argumentsText });
        const call: ToolCall = { id, name: 'order', arguments: JSON.parse(one.argumentsText.join('')), opaque: null };
        events.push({ __typename: 'ToolCallReady', ...base(), call });
        parts.push({ __typename: 'ToolCallPart', call });
        break;
      }
      case 'object':
        object = one.value;
        events.push({ __typename: 'ObjectDelta', ...base(), object });
        break;
      case 'citation':
        citations.push(citationOf(one.marker));
        events.push({ __typename: 'CitationAdded', ...base(), citation: citationOf(one.marker) });
    }
  }
  const failure = failed
    ? { code: 'MODEL_UNAVAILABLE', message: 'No deployment could answer.', retryable: true, retryAfterMs: null, errorId: 'e1' }
    : null;
  const completion: Completion = {
    id: completionId,
    status: failed ? 'FAILED' : 'COMPLETED',
    text,
    parts,
    object,
    finishReason: failed ? null : 'STOP',
    citations,
    failure,
    usage: null,
    provenance: null,
    warnings: [],
  };
  if (failure === null) events.push({ __typename: 'CompletionFinished', ...base(), completion });
  else events.push({ __typename: 'CompletionFailed', ...base(), completion, failure });
  return { events, completion };
}

export const completionLog: fc.Arbitrary<CompletionLog> = fc
  .tuple(fc.array(piece, { maxLength: 20 }), fc.boolean())
  .map(([pieces, failed]) => logOf(pieces, failed));
