/** Reads the documents of the project, so that tests can compare what they say with what is. */
import { readFileSync } from 'node:fs';

export interface Markdown {
  readonly text: string;
  /** From the heading with this title to the next one of its level or above; empty where there is none. */
  section(title: string): string;
  /** Rows of the tables of a section whose first cell matches; each cell trimmed. */
  rows(title: string, first: RegExp): string[][];
  /** Contents of the fenced blocks in a language, of a section or of the whole document. */
  blocks(language: string, title?: string): string[];
}

export function readMarkdown(file: string): Markdown {
  const text = readFileSync(file, 'utf8');

  function section(title: string): string {
    const heading = new RegExp(`^(#{1,6}) ${title}$`, 'm').exec(text);
    if (heading === null) return '';
    const rest = text.slice(heading.index + heading[0].length);
    const end = rest.search(new RegExp(`^#{1,${heading[1]?.length ?? 1}} `, 'm'));
    return end < 0 ? rest : rest.slice(0, end);
  }

  return {
    text,
    section,
    rows: (title, first) =>
      section(title)
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .map((line) =>
          line
            .split(/(?<!\\)\|/)
            .slice(1, -1)
            .map((cell) => cell.trim()),
        )
        .filter(([cell = '']) => first.test(cell)),
    blocks: (language, title) =>
      [...(title === undefined ? text : section(title)).matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
        ([, block = '']) => block,
      ),
  };
}

/** The names that stand in code, in a cell or a line. */
export const namesIn = (cell = ''): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
