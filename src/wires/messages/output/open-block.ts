/** One block of a message that is being written, in the forms of its events. */
import type { JsonObject } from '../../json-fields.ts';
import { inputOf } from '../tool-input.ts';

/** `text` is the whole text of the block so far. */
export interface OpenBlock {
  readonly kind: 'text' | 'thinking' | 'call';
  readonly call: { readonly id: string; readonly name: string };
  text: string;
  signature: string;
}

/** The block as its first event shows it. */
export function emptyBlock({ kind, call }: OpenBlock): JsonObject {
  switch (kind) {
    case 'text':
      return { type: 'text', text: '' };
    case 'thinking':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'call':
      return { type: 'tool_use', ...call, input: {} };
  }
}

export function wholeBlock(open: OpenBlock): JsonObject {
  const { kind, text, signature } = open;
  switch (kind) {
    case 'text':
      return { type: 'text', text };
    case 'thinking':
      return { type: 'thinking', thinking: text, signature };
    case 'call':
      return { ...emptyBlock(open), input: inputOf(text) };
  }
}

export function deltaOf(kind: OpenBlock['kind'], text: string): JsonObject {
  switch (kind) {
    case 'text':
      return { type: 'text_delta', text };
    case 'thinking':
      return { type: 'thinking_delta', thinking: text };
    case 'call':
      return { type: 'input_json_delta', partial_json: text };
  }
}
