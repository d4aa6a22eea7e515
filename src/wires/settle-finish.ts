/** How an answer ends, whatever the vendor called it: shared by all wires, whole and streamed. */
import type { FinishReason } from '../core/chunk.ts';
import { WireFailure } from './wire-failure.ts';

export interface Said {
  /** Whether a word of text has come. Reasoning is none: an answer that only thinks says nothing. */
  readonly text: boolean;
  readonly toolCall: boolean;
}

/**
 * The finish reason of an answer that came to its end. Some servers call tools and say `stop`; some say `tool-calls` and call none. Throws
 * `empty` where nothing was said and neither the maximum nor a filter explains it.
 */
export function settleFinish(reason: FinishReason, { text, toolCall }: Said): FinishReason {
  if (toolCall) return reason === 'stop' || reason === 'other' ? 'tool-calls' : reason;
  if (!text && reason !== 'length' && reason !== 'content-filter') throw new WireFailure('empty');
  return reason === 'tool-calls' ? 'stop' : reason;
}
