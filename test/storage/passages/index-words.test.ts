import { describe, expect, it } from 'vitest';
import { termsOf } from '../../../src/storage/passages/index-words.ts';

const terms = (query: string): string[] => termsOf(query).map((term) => term.slice(1, -1));

describe('the terms of a question', () => {
  it('the terms of a question are its distinct words without function words, and those where there is nothing else', () => {
    expect(terms('How long is the Kettle warranty, and the kettle?')).toEqual(['long', 'kettle', 'warranty']);
    expect(terms('Who is it?')).toEqual(['who', 'is', 'it']);
    expect(terms('  ?! ')).toEqual([]);
  });

  it('the terms of a question are pairs of neighbours in scripts without spaces', () => {
    expect(terms('漢字仮 kettle 茶')).toEqual(['漢 字', '字 仮', 'kettle', '茶']);
    expect(terms('a漢b')).toEqual(['漢', 'b']);
  });

  it('the terms of a question are the first 48 of a long question', () => {
    const words = Array.from({ length: 60 }, (_, at) => `w${at}`);
    expect(terms(`the ${words.join(' ')}`)).toEqual(words.slice(0, 48));
  });

  it('the terms of a question are looked for in the first thousand words, which 8,000 characters can be many times', () => {
    expect(terms(`${'the '.repeat(999)}kettle`)).toEqual(['kettle']);
    expect(terms(`${'the '.repeat(1_000)}kettle`)).toEqual(['the']);
    expect(terms(`${'\uFDFA'.repeat(7_990)} kettle`)).not.toContain('kettle');
  });
});
