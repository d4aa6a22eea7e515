/**
 * Reads prompts from files: Markdown with front matter, referenced by id, so that prompts and code are reviewed separately.
 *
 * ```
 * ---
 * id: product-summary
 * version: 3
 * maxInputTokens: 2000
 * maxOutputTokens: 120
 * temperature: 0.2
 * system: You write for a shop.
 * ---
 * Summarise in {words} words: {description}
 * ```
 */
export interface PromptFile {
  readonly id: string;
  readonly version: string | null;
  readonly text: string;
  readonly system: string | null;
  readonly maxInputTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly temperature: number | null;
  readonly file: string;
}

const known = ['id', 'version', 'system', 'maxInputTokens', 'maxOutputTokens', 'temperature'] as const;

/** Mistakes are sentences with file and line. A file with mistakes gives no prompt. */
export function parsePrompt(file: string, content: string): { readonly prompt: PromptFile | null; readonly mistakes: readonly string[] } {
  const match = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/.exec(content);
  if (match === null) {
    return { prompt: null, mistakes: [`${file}:1: A prompt opens with front matter: "---", lines such as "id: product-summary", "---".`] };
  }
  const [, head = '', body = ''] = match;
  const values = new Map<string, string>();
  const mistakes: string[] = [];
  for (const [index, line] of head.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const pair = /^(\w+)\s*:\s*(.*?)\s*$/.exec(line);
    const [, key = '', value = ''] = pair ?? [];
    if (pair === null || !known.some((name) => name === key)) {
      mistakes.push(
        `${file}:${index + 2}: "${line.trim()}" is not understood. Front matter has lines "name: value" with the names ${known.join(', ')}.`,
      );
    } else values.set(key, value.replace(/^(["'])(.*)\1$/, '$2'));
  }
  const numberOf = (key: string, whole: boolean): number | null => {
    const text = values.get(key);
    if (text === undefined) return null;
    const value = Number(text);
    if (text !== '' && Number.isFinite(value) && value >= 0 && (!whole || (Number.isInteger(value) && value > 0))) return value;
    mistakes.push(`${file}: ${key} is "${text}". It must be ${whole ? 'a whole number above 0' : 'a number from 0'}.`);
    return null;
  };
  const id = values.get('id');
  if (id === undefined || id === '') mistakes.push(`${file}: A prompt needs an id. Add a line such as "id: product-summary".`);
  if (body.trim() === '') mistakes.push(`${file}: The prompt is empty. Write it behind the second "---".`);
  const prompt: PromptFile = {
    id: id ?? '',
    version: values.get('version') ?? null,
    text: body.trim(),
    system: values.get('system') ?? null,
    maxInputTokens: numberOf('maxInputTokens', true),
    maxOutputTokens: numberOf('maxOutputTokens', true),
    temperature: numberOf('temperature', false),
    file,
  };
  return { prompt: mistakes.length === 0 ? prompt : null, mistakes };
}

/** Prompts by id; where one id has several versions, also by `id@version`, the last in file order being the id's own. */
export function promptTable(prompts: readonly PromptFile[]): ReadonlyMap<string, PromptFile> {
  const table = new Map<string, PromptFile>();
  for (const prompt of prompts) {
    table.set(prompt.id, prompt);
    if (prompt.version !== null) table.set(`${prompt.id}@${prompt.version}`, prompt);
  }
  return table;
}
