import type { Tokens } from 'marked';
import { describe, expect, it } from 'vitest';
import { type Grown, grow, nothingGrown } from '../../src/client/react/markdown/grow-blocks.ts';

/** Where each link of the text's paragraphs leads, of a text that comes piece by piece. */
function linksOf(...pieces: readonly string[]): readonly string[] {
  let grown: Grown = nothingGrown;
  for (const piece of pieces) grown = grow(grown, grown.text + piece);
  return [...grown.settled, ...grown.open].flatMap((block) =>
    block.type === 'paragraph' ? block.tokens.filter(({ type }) => type === 'link').map((link) => (link as Tokens.Link).href) : [],
  );
}

describe('Markdown that grows', () => {
  it('Markdown that grows knows in its open end the definitions of links that have settled', () => {
    const pieces = ['[ref]: https://one.example\n\n', 'First.\n\n', 'Second.\n\n', 'See [it][ref]', ' and [ref].'];
    expect(linksOf(...pieces)).toEqual(['https://one.example', 'https://one.example']);
    expect(linksOf(...pieces)).toEqual(linksOf(pieces.join('')));
  });

  it('Markdown that grows takes the first of two definitions, and takes none that is still being written', () => {
    expect(linksOf('[a]: https://one.example\n\nText.\n\n', '[a]: https://two.example\n\nText.\n\n', 'More [a].')).toEqual([
      'https://one.example',
    ]);
    expect(linksOf('[a]: https://one.ex', 'ample/path\n\nText.\n\n', '[constructor] [a].')).toEqual(['https://one.example/path']);
  });
});
