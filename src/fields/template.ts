/**
 * Fills prompts with holes: `Summarise in {words} words: {description}`.
 *
 * A hole names an argument of the AI field or, by a dotted path, a field of the entity. A literal brace is doubled.
 * Arguments are inserted as the caller gave them. Entity fields are quoted as data, because another team, or one of its
 * users, wrote them.
 */
import { quoteData } from '../core/request/quote-text.ts';

export type TemplatePart = { readonly type: 'text'; readonly text: string } | { readonly type: 'hole'; readonly path: readonly string[] };

export interface Template {
  readonly parts: readonly TemplatePart[];
}

/** A mistake in a template, with its offset in the text. */
export interface TemplateMistake {
  readonly offset: number;
  readonly message: string;
}

const holePattern = /^[_A-Za-z]\w*(\.[_A-Za-z]\w*)*$/;

export function parseTemplate(source: string): { readonly template: Template; readonly mistakes: readonly TemplateMistake[] } {
  const parts: TemplatePart[] = [];
  const mistakes: TemplateMistake[] = [];
  let text = '';
  let at = 0;
  while (at < source.length) {
    const char = source[at];
    if ((char === '{' || char === '}') && source[at + 1] === char) {
      text += char;
      at += 2;
    } else if (char === '}') {
      mistakes.push({ offset: at, message: 'A "}" stands alone. Double it to mean the character: "}}".' });
      at += 1;
    } else if (char === '{') {
      const end = source.indexOf('}', at);
      const name = end === -1 ? '' : source.slice(at + 1, end).trim();
      if (!holePattern.test(name)) {
        mistakes.push({
          offset: at,
          message: `A "{" must open a hole such as {name} or {author.name}${name === '' ? '' : `, not {${name}}`}. Double it to mean the character: "{{".`,
        });
        at = end === -1 ? source.length : end + 1;
        continue;
      }
      if (text !== '') parts.push({ type: 'text', text });
      text = '';
      parts.push({ type: 'hole', path: name.split('.') });
      at = end + 1;
    } else {
      text += char;
      at += 1;
    }
  }
  if (text !== '') parts.push({ type: 'text', text });
  return { template: { parts }, mistakes };
}

/** The paths that the template's holes name, each once, in order of appearance. */
export function holesOf(template: Template): readonly (readonly string[])[] {
  const seen = new Map<string, readonly string[]>();
  for (const part of template.parts) if (part.type === 'hole') seen.set(part.path.join('.'), part.path);
  return [...seen.values()];
}

/**
 * The prompt for one entity and one set of arguments.
 * A missing value becomes an empty quotation, not the word "null".
 */
export function render(template: Template, args: Readonly<Record<string, unknown>>, entity: unknown): string {
  return template.parts
    .map((part) => {
      if (part.type === 'text') return part.text;
      const [head = ''] = part.path;
      const value = valueAt(Object.hasOwn(args, head) ? args : entity, part.path);
      const isPlain = Object.hasOwn(args, head) && (typeof value === 'number' || typeof value === 'boolean');
      return isPlain ? String(value) : quoteData(part.path.join('.'), textOf(value));
    })
    .join('');
}

/**
 * A question of the caller's about the entity: the arguments are his own words and stay as they are, what comes from the
 * entity is quoted as data.
 */
export function renderQuestion(template: Template, args: Readonly<Record<string, unknown>>, entity: unknown): string {
  return template.parts
    .map((part) => {
      if (part.type === 'text') return part.text;
      const [head = ''] = part.path;
      return Object.hasOwn(args, head)
        ? textOf(valueAt(args, part.path))
        : quoteData(part.path.join('.'), textOf(valueAt(entity, part.path)));
    })
    .join('');
}

/** The entity's text alone, unquoted: for embeddings and search, where no instruction is followed. */
export function renderPlain(template: Template, args: Readonly<Record<string, unknown>>, entity: unknown): string {
  return template.parts
    .map((part) => {
      if (part.type === 'text') return part.text;
      return textOf(valueAt(Object.hasOwn(args, part.path[0] ?? '') ? args : entity, part.path));
    })
    .join('');
}

/** Follows the path; through a list, into each of its members. */
function valueAt(value: unknown, path: readonly string[]): unknown {
  if (path.length === 0 || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((member) => valueAt(member, path));
  if (typeof value !== 'object') return undefined;
  const [head = '', ...rest] = path;
  return valueAt(Object.hasOwn(value, head) ? Reflect.get(value, head) : undefined, rest);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value))
    return value
      .map(textOf)
      .filter((text) => text !== '')
      .join('\n');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
