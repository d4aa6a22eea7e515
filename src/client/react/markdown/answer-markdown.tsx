/** `fieldgate/markdown`: Markdown of a model as React elements, never as HTML: what is no Markdown is text, whatever it says. */
import type { MarkedToken, Token, Tokens } from 'marked';
import { Fragment, memo, type ReactNode, useRef } from 'react';
import { type Grown, grow, nothingGrown } from './grow-blocks.ts';

export interface MarkdownProps {
  /** It may grow: what cannot change any more is not read or drawn again. */
  readonly text: string;
  /** How a `[1]` of an answer with citations is shown. Default: as it stands; give the same function each time. */
  readonly marker?: (marker: string) => ReactNode;
  /** The level of its largest heading, from 1 to 6. Default: 2, since the page has the first. */
  readonly headingLevel?: number;
}

/**
 * Pieces of it are known by their place, since text is added at the end alone. Links go to http, https and mailto alone; a picture is its description, since its host would see who looks at it. Style it by `.markdown`; a
 * table stands in a `.table` that may scroll.
 *
 * @example
 * ```tsx
 * import { Markdown } from 'fieldgate/markdown';
 *
 * export const Said = ({ text }: { text: string }) => <Markdown text={text} marker={(mark) => <sup>{mark}</sup>} />;
 * ```
 */
export function Markdown({ text, marker = asItStands, headingLevel = 2 }: MarkdownProps) {
  const before = useRef<Grown>(nothingGrown);
  const grown = grow(before.current, text.toWellFormed());
  before.current = grown;
  return (
    <div className="markdown">
      {[...grown.settled, ...grown.open].map((token, index) => (
        <Block key={index} token={token} marker={marker} level={headingLevel} />
      ))}
    </div>
  );
}

const asItStands = (marker: string): ReactNode => marker;

type Marker = NonNullable<MarkdownProps['marker']>;

interface BlockProps {
  readonly token: Token;
  readonly marker: Marker;
  readonly level: number;
}

const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'] as const;

const Block = memo(function Block({ token, marker, level }: BlockProps): ReactNode {
  const block = token as MarkedToken;
  switch (block.type) {
    case 'heading': {
      const Heading = headings[Math.min(headings.length, level + block.depth - 1) - 1] ?? 'h6';
      return <Heading dir="auto">{inline(block.tokens, marker)}</Heading>;
    }
    case 'paragraph':
      return <p dir="auto">{inline(block.tokens, marker)}</p>;
    case 'code':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <pre tabIndex={0}>
          <code>{shown(block.text)}</code>
        </pre>
      );
    case 'blockquote':
      return <blockquote>{blocks(block.tokens, marker, level)}</blockquote>;
    case 'list': {
      const items = block.items.map((item: Tokens.ListItem, index: number) => (
        <li key={index} dir="auto">
          {blocks(item.tokens, marker, level)}
        </li>
      ));
      return block.ordered ? <ol start={block.start === '' ? 1 : block.start}>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        <div className="table" tabIndex={0}>
          <table>
            <thead>
              <tr>{cells(block.header, 'th', marker)}</tr>
            </thead>
            <tbody>
              {block.rows.map((row, index) => (
                <tr key={index}>{cells(row, 'td', marker)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      );
    case 'hr':
      return <hr />;
    case 'space':
    case 'def':
      return null;
    case 'text':
      return block.tokens === undefined ? withMarkers(block.text, marker) : inline(block.tokens, marker);
    default:
      return block.raw.trim() === '' ? null : <p dir="auto">{shown(block.raw)}</p>;
  }
});

function blocks(tokens: readonly Token[], marker: Marker, level: number): ReactNode {
  return tokens.map((token, index) => <Block key={index} token={token} marker={marker} level={level} />);
}

function cells(row: readonly Tokens.TableCell[], Cell: 'th' | 'td', marker: Marker): ReactNode {
  return row.map(({ tokens }, index) => (
    <Cell key={index} dir="auto">
      {inline(tokens, marker)}
    </Cell>
  ));
}

function inline(tokens: readonly Token[], marker: Marker): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{part(token as MarkedToken, marker)}</Fragment>);
}

function part(token: MarkedToken, marker: Marker): ReactNode {
  switch (token.type) {
    case 'strong':
      return <strong>{inline(token.tokens, marker)}</strong>;
    case 'em':
      return <em>{inline(token.tokens, marker)}</em>;
    case 'del':
      return <del>{inline(token.tokens, marker)}</del>;
    case 'codespan':
      return <code>{shown(token.text)}</code>;
    case 'br':
      return <br />;
    case 'link':
      return isSafe(token.href) ? (
        <a href={token.href} target="_blank" rel="noopener noreferrer nofollow">
          {inline(token.tokens, marker)}
        </a>
      ) : (
        inline(token.tokens, marker)
      );
    // A picture would tell its host that it is looked at, and what its address says.
    case 'image':
      return `[${shown(token.text)}]`;
    case 'escape':
      return shown(token.text);
    case 'text':
      return withMarkers(token.text, marker);
    default:
      return shown(token.raw);
  }
}

function isSafe(address: string): boolean {
  const protocol = URL.parse(address)?.protocol ?? '';
  return protocol === 'https:' || protocol === 'http:' || protocol === 'mailto:';
}

function withMarkers(text: string, marker: Marker): ReactNode {
  return shown(text)
    .split(/(\[\d{1,3}\])/)
    .map((piece, index) => (/^\[\d+\]$/.test(piece) ? <Fragment key={index}>{marker(piece)}</Fragment> : piece));
}

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00a0',
};

/** Characters that turn the direction of what stands around them are left out: they make `exe.doc` of `cod.exe`. */
const shown = (text: string): string =>
  text.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, '').replaceAll(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => entities[entity] ?? entity);
