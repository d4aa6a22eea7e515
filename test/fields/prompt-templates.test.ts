import { describe, expect, it } from 'vitest';
import { templatesOf } from '../../src/fields/prompt-templates.ts';
import { parsePrompt, promptTable } from '../../src/fields/prompts.ts';
import { call } from '../doubles.ts';

const file = (head: string, text: string) => parsePrompt('p.md', `---\n${head}\n---\n${text}`).prompt;
const prompts = [
  file('id: greet\nversion: 1\nmaxOutputTokens: 9', 'Greet {name}.'),
  file('id: greet\nversion: 2\nsystem: Be {tone}.', 'Greet {name}, please.'),
].filter((prompt) => prompt !== null);
const templates = templatesOf(promptTable(prompts));
const { principal } = call();
const texts = (id: string, version: string | null, variables: Readonly<Record<string, string>>) =>
  templates
    .render(id, version, variables, principal)
    .messages.map(({ role, content }) => [role, content.map((part) => (part.type === 'text' ? part.text : '')).join('')]);

describe('a prompt that a caller names', () => {
  it('a prompt that a caller names is rendered in the version that is asked for, with its settings', () => {
    expect(texts('greet', '1', { name: 'Ada' }).at(-1)?.[0]).toBe('user');
    expect(texts('greet', '1', { name: 'Ada' }).at(-1)?.[1]).toContain('Ada');
    expect(templates.render('greet', '1', { name: 'Ada' }, principal).settings).toEqual({ maxOutputTokens: 9 });
  });

  it('a prompt that a caller names has its system text as a message of its own, before the other', () => {
    const [system, user] = texts('greet', '2', { name: 'Ada', tone: 'brief' });
    expect(system).toEqual(['system', expect.stringContaining('brief')]);
    expect(user).toEqual(['user', expect.stringContaining('please')]);
  });

  it('a prompt that a caller names is refused with the ones that there are', () => {
    expect(() => texts('leave', null, {})).toThrow('There is no template "leave". Templates: greet.');
    expect(() => texts('greet', '3', {})).toThrow('There is no template "greet@3". Versions of "greet": 1, 2.');
    expect(() => templatesOf(new Map()).render('a', null, {}, principal)).toThrow('Templates: none.');
  });

  it('a prompt that a caller names takes all of its variables and no others', () => {
    expect(() => texts('greet', '2', { name: 'Ada', mood: 'good' })).toThrow(
      'The variables do not fit the template "greet": "tone" is missing, "mood" is not in it. Its variables: tone, name.',
    );
  });

  it('a prompt that a caller names does not take the inherited names of an object for variables', () => {
    const odd = file('id: odd', 'Say {constructor}.');
    const { render } = templatesOf(promptTable(odd === null ? [] : [odd]));
    expect(() => render('odd', null, {}, principal)).toThrow('"constructor" is missing');
  });
});
