/**
 * Extracts the text of a web page: headings, paragraphs, lists, tables and code. Scripts, styles, navigation and hidden
 * elements are left out.
 */
import { Parser } from 'htmlparser2';
import { GatewayError } from '../../../core/errors.ts';
import { type Block, type ExtractedDocument, normalizeLines } from '../parsed-document.ts';

const skipped = new Set([
  'script',
  'style',
  'noscript',
  'template',
  'nav',
  'svg',
  'math',
  'iframe',
  'object',
  'canvas',
  'select',
  'button',
  'dialog',
]);
const blockTags = new Set(
  'address article aside blockquote body caption dd details div dl dt fieldset figcaption figure footer form header hr main p section summary'.split(
    ' ',
  ),
);
const headingTag = /^h([1-6])$/;
/** Browsers stop at 512 levels; the parser's time grows with the square of them. */
const maxLevels = 5_000;
/** Deeper lists are not indented further. */
const maxIndents = 20;

export function htmlDocument(source: string): ExtractedDocument {
  const page = pageWriter();
  let skipping = 0;
  let levels = 0;
  let inTitle = false;
  let title = '';
  const parser = new Parser({
    onopentag(name, attributes) {
      levels += 1;
      if (levels > maxLevels) throw new GatewayError('BAD_REQUEST', `It nests elements deeper than ${maxLevels} levels.`);
      if (skipping > 0 || skipped.has(name) || 'hidden' in attributes || attributes['aria-hidden'] === 'true') skipping += 1;
      else if (name === 'title') inTitle = true;
      else page.open(name);
    },
    ontext(text) {
      if (skipping > 0) return;
      if (inTitle) title += text;
      else page.text(text);
    },
    onclosetag(name) {
      levels -= 1;
      if (skipping > 0) skipping -= 1;
      else if (name === 'title') inTitle = false;
      else page.close(name);
    },
  });
  parser.end(normalizeLines(source));
  const { text, blocks } = page.end();
  const top = blocks.find((block) => block.kind === 'heading' && block.level === 1);
  return { text, blocks, title: title.replace(/\s+/g, ' ').trim() || (top === undefined ? null : text.slice(top.start, top.end)) };
}

interface OpenBlock {
  readonly kind: Block['kind'];
  readonly level: number | null;
  text: string;
}

/** Writes blocks one after another, a blank line between. What stands inside a list, a table or code stays in its block. */
function pageWriter() {
  const pieces: string[] = [];
  const blocks: Block[] = [];
  let length = 0;
  let current: OpenBlock | null = null;
  /** White space behind the current text, until more comes: cutting it off again would copy the whole text each time. */
  let space = '';
  let lists = 0;
  let tables = 0;
  let codes = 0;

  const inside = (): boolean => lists + tables + codes > 0;
  const flush = (): void => {
    const text = current?.kind === 'code' ? current.text.replace(/^\n+|\s+$/g, '') : current?.text.trim();
    if (current !== null && text) {
      if (length > 0) pieces.push('\n\n');
      const start = length === 0 ? 0 : length + 2;
      pieces.push(text);
      length = start + text.length;
      blocks.push({ start, end: length, kind: current.kind, ...(current.level === null ? {} : { level: current.level }) });
    }
    current = null;
    space = '';
  };
  const begin = (kind: Block['kind'], level: number | null = null): void => {
    flush();
    current = { kind, level, text: '' };
  };
  const add = (text: string): void => {
    current ??= { kind: 'paragraph', level: null, text: '' };
    const words = text.trimEnd();
    if (words !== '') current.text += space + words;
    space = (words === '' ? space : '') + text.slice(words.length);
  };
  const line = (start: string): void => {
    space = '';
    add(`\n${start}`);
  };

  return {
    open(name: string) {
      const [, level] = headingTag.exec(name) ?? [];
      if (name === 'br') add('\n');
      else if (name === 'pre') {
        if (!inside()) begin('code');
        codes += 1;
      } else if (name === 'ul' || name === 'ol') {
        if (!inside()) begin('list');
        lists += 1;
      } else if (name === 'table') {
        if (!inside()) begin('table');
        tables += 1;
      } else if (name === 'li') line(`${'  '.repeat(Math.min(maxIndents, Math.max(0, lists - 1)))}- `);
      else if (name === 'tr') line('| ');
      else if (level !== undefined && !inside()) begin('heading', Number(level));
      else if (blockTags.has(name) && !inside()) flush();
    },
    text(text: string) {
      if (codes > 0) return add(text);
      const collapsed = text.replace(/\s+/g, ' ');
      const atStart = current === null || current.text === '' || space !== '';
      add(atStart ? collapsed.replace(/^ /, '') : collapsed);
    },
    close(name: string) {
      if (name === 'pre') codes = Math.max(0, codes - 1);
      else if (name === 'ul' || name === 'ol') lists = Math.max(0, lists - 1);
      else if (name === 'table') tables = Math.max(0, tables - 1);
      else if (name === 'td' || name === 'th') return add(' | ');
      else if (!headingTag.test(name) && !blockTags.has(name)) return;
      if (!inside()) flush();
      else if (codes === 0) add(' ');
    },
    end() {
      flush();
      return { text: pieces.join(''), blocks };
    },
  };
}
