import { globSync, readFileSync } from 'node:fs';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { copyAs } from '../../src/console/pages/playground/copy-as.ts';
import type { Asked } from '../../src/console/pages/playground/runs.ts';

const asked: Asked = {
  text: `It's "quoted" $HOME \`id\``,
  system: '',
  collection: '',
  maxOutputTokens: 50,
  temperature: null,
  isFresh: true,
};
const url = 'https://gateway.example/graphql';
const schema = buildSchema(
  `
  type Query type Mutation type Subscription
  ${globSync('schema/*.graphql')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')}
`,
  { assumeValidSDL: true },
);

describe('a run to copy', () => {
  it.each(['', 'shop'])('a run to copy is GraphQL that the schema accepts (collection: "%s")', (collection) => {
    const text = copyAs('GraphQL', { ...asked, collection }, 'default', url);
    expect(validate(schema, parse(text))).toEqual([]);
  });

  it('a run to copy is one line of shell whose quotes nothing of the prompt leaves', () => {
    const text = copyAs('curl', asked, 'default', url);
    const [, quoted = ''] = /--data-binary '([\s\S]*)'$/.exec(text) ?? [];
    const body = JSON.parse(quoted.replaceAll(`'\\''`, "'"));
    expect(body.variables.input).toEqual({
      prompt: { text: asked.text },
      route: 'default',
      maxOutputTokens: 50,
      cache: { mode: 'BYPASS' },
    });
    expect(quoted.replaceAll(`'\\''`, '')).not.toContain("'");
    expect(text).toContain('$FIELDGATE_KEY');
  });

  it('a run to copy is TypeScript for fieldgate/client', () => {
    expect(copyAs('TypeScript', { ...asked, collection: 'shop' }, 'fast', url)).toContain('gate.answer({\n  "collection": "shop"');
  });
});
