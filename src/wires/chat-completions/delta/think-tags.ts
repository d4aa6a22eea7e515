/**
 * Tells reasoning from text where a model writes both as text: `<think>…</think>` at the beginning of the answer. Tags may be cut anywhere.
 * Blank space around the reasoning belongs to neither. Tags further behind are text: an answer may speak of them.
 */
import type { Chunk } from '../../../core/chunk.ts';

export interface ThinkTags {
  take(text: string): readonly Chunk[];
  /** Returns the text that was held back. Call it at the end of the answer. */
  end(): readonly Chunk[];
}

const opening = '<think>';
const closing = '</think>';

export function splitThinkTags(): ThinkTags {
  let state: 'before' | 'inside' | 'behind' = 'before';
  let held = '';
  /** Whether a part of the open block was given out. */
  let said = false;
  /** Blank space behind a block of reasoning is not text. */
  let began = false;
  const chunk = (type: 'text' | 'reasoning', text: string): Chunk[] => (text === '' ? [] : [{ type, text }]);

  /** The text is undecided while it can still become the opening tag. */
  function before(): Chunk[] | null {
    const text = held.trimStart();
    if (began) held = text;
    if (text.startsWith(opening)) {
      state = 'inside';
      began = true;
      held = text.slice(opening.length).trimStart();
      return [];
    }
    if (opening.startsWith(text)) return null;
    state = 'behind';
    const all = chunk('text', held);
    held = '';
    return all;
  }

  function inside(): Chunk[] | null {
    held = said ? held : held.trimStart();
    const end = held.indexOf(closing);
    if (end !== -1) {
      const reasoning = chunk('reasoning', held.slice(0, end).trimEnd());
      held = held.slice(end + closing.length).trimStart();
      state = 'before';
      said = false;
      return reasoning;
    }
    const certain = held.slice(0, held.length - openEnd(held)).trimEnd();
    held = held.slice(certain.length);
    if (certain === '') return null;
    said = true;
    return chunk('reasoning', certain);
  }

  /** Null while more must come before the text is decided. */
  function step(): Chunk[] | null {
    if (held === '' || state === 'behind') return null;
    return state === 'before' ? before() : inside();
  }

  return {
    take(text) {
      if (state === 'behind') return chunk('text', text);
      held += text;
      const chunks: Chunk[] = [];
      for (;;) {
        const news = step();
        if (news === null) return chunks;
        chunks.push(...news);
      }
    },
    end() {
      const rest = state === 'inside' ? chunk('reasoning', held.trimEnd()) : chunk('text', began ? held.trimStart() : held);
      held = '';
      return rest;
    },
  };
}

/** Length of the end of the text that can still become the closing tag. */
function openEnd(text: string): number {
  for (let length = Math.min(closing.length - 1, text.length); length > 0; length -= 1) {
    if (closing.startsWith(text.slice(text.length - length))) return length;
  }
  return 0;
}
