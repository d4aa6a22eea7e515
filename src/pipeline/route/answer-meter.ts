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

export const answerMeter = (maxTokens: number): AnswerMeter => new MeterOfAnswer(maxTokens);

/** A class, since each attempt has one: its methods are made once. */
class MeterOfAnswer implements AnswerMeter {
  readonly #least = minTokens();
  readonly #maxLeast: number;
  /** Ids of tool calls that came in pieces; null: none did. */
  #inPieces: Set<string> | null = null;
  #said = '';
  #reasoned = '';

  constructor(maxTokens: number) {
    this.#maxLeast = maxTokens * tolerance + slackTokens;
  }

  add(chunk: Chunk): Chunk | null {
    switch (chunk.type) {
      case 'text': {
        const text = this.#measured(chunk.text);
        this.#said += text;
        if (text.length === chunk.text.length) return chunk;
        return text === '' ? null : { type: 'text', text };
      }
      case 'reasoning': {
        const text = this.#measured(chunk.text);
        this.#reasoned += text;
        if (text.length === chunk.text.length) return chunk;
        return text === '' ? null : { type: 'reasoning', text };
      }
      case 'tool-call': {
        const text = this.#newTextOf(chunk);
        const whole = this.#measured(text);
        this.#said += whole;
        return whole.length === text.length ? chunk : null;
      }
      case 'object':
        // An object that also came as text is counted as text.
        if (chunk.final && this.#said === '') this.#said = this.#measured(JSON.stringify(chunk.value) ?? '');
        return chunk;
      default:
        return chunk;
    }
  }

  isFull(): boolean {
    return this.#least.total() > this.#maxLeast;
  }

  minTokens(): number {
    return this.#least.total();
  }

  estimate(): Pick<Usage, 'outputTokens' | 'reasoningTokens'> {
    return { outputTokens: estimateTokens(this.#said), reasoningTokens: estimateTokens(this.#reasoned) };
  }

  /** The text up to where the answer becomes too long. */
  #measured(text: string): string {
    return text.slice(0, this.#least.add(text, this.#maxLeast));
  }

  /** Name and arguments of a call, each once, whether they came in pieces or whole. */
  #newTextOf({ id, name, argumentsText, done }: ToolCallChunk): string {
    if (done) return this.#inPieces?.has(id) === true ? name : name + argumentsText;
    this.#inPieces ??= new Set();
    this.#inPieces.add(id);
    return argumentsText;
  }
}
