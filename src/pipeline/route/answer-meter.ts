/**
 * Counts the answer of one attempt: for an estimate when the vendor reports no usage, and to cut an answer that exceeds its
 * draw.
 */
import type { Chunk, ToolCallChunk } from '../../core/chunk.ts';
import type { Usage } from '../../core/money.ts';
import { minTokens } from '../../core/request/min-tokens.ts';
import { estimateTokens } from '../../core/request/tokens.ts';

/** `minTokens` is a lower bound for every tokenizer we know; this is for those that we do not, and for the last few tokens. */
const tolerance = 1.25;
const slackTokens = 16;

export interface AnswerMeter {
  /** The chunk as far as it may be handed on; null for one that may not. */
  add(chunk: Chunk): Chunk | null;
  /** Whether more has come than `maxTokens` tokens can be, so that the rest of the answer is not wanted. */
  isFull(): boolean;
  minTokens(): number;
  /** Estimates the tokens that were handed on. It takes milliseconds for a long answer. */
  estimate(): Pick<Usage, 'outputTokens' | 'reasoningTokens'>;
}

export function answerMeter(maxTokens: number): AnswerMeter {
  const least = minTokens();
  const maxLeast = maxTokens * tolerance + slackTokens;
  const inPieces = new Set<string>();
  let said = '';
  let reasoned = '';

  /** The text up to where the answer becomes too long. */
  const measured = (text: string): string => text.slice(0, least.add(text, maxLeast));

  /** Name and arguments of a call, each once, whether they came in pieces or whole. */
  function newTextOf({ id, name, argumentsText, done }: ToolCallChunk): string {
    if (done) return inPieces.has(id) ? name : name + argumentsText;
    inPieces.add(id);
    return argumentsText;
  }

  return {
    add(chunk) {
      switch (chunk.type) {
        case 'text': {
          const text = measured(chunk.text);
          said += text;
          if (text.length === chunk.text.length) return chunk;
          return text === '' ? null : { type: 'text', text };
        }
        case 'reasoning': {
          const text = measured(chunk.text);
          reasoned += text;
          if (text.length === chunk.text.length) return chunk;
          return text === '' ? null : { type: 'reasoning', text };
        }
        case 'tool-call': {
          const text = newTextOf(chunk);
          const whole = measured(text);
          said += whole;
          return whole.length === text.length ? chunk : null;
        }
        case 'object':
          // An object that also came as text is counted as text.
          if (chunk.final && said === '') said = measured(JSON.stringify(chunk.value) ?? '');
          return chunk;
        default:
          return chunk;
      }
    },
    isFull: () => least.total() > maxLeast,
    minTokens: () => least.total(),
    estimate: () => ({ outputTokens: estimateTokens(said), reasoningTokens: estimateTokens(reasoned) }),
  };
}
