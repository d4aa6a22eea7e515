import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { preset } from '../../src/codegen/codegen.ts';
import { temporaryFolder } from '../when-over.ts';

const field = {
  coordinate: 'Product.summary',
  kind: 'COMPLETION',
  typeName: 'Product',
  fieldName: 'summary',
  type: 'String',
  arguments: [{ name: 'words', type: 'Int', defaultValue: '40', description: null }],
  description: 'It ends /* no */ comment.',
  promptId: null,
  promptVersion: null,
  ceiling: { cost: null, inputTokens: 1000, outputTokens: 100, calls: 1 },
};
const schema = parse('type Query { product: Product } type Product { summary(words: Int = 40): String }');

function written(fields: object | string | null, shown = schema): string {
  const file = join(temporaryFolder(), 'ai-fields.json');
  if (fields !== null) writeFileSync(file, typeof fields === 'string' ? fields : JSON.stringify(fields));
  const [section] = preset.buildGeneratesSection({
    baseOutputDir: 'src/ai-fields.ts',
    presetConfig: { aiFields: file },
    config: {},
    schema: shown,
  });
  expect(section?.filename).toBe('src/ai-fields.ts');
  return section?.pluginMap['ai-fields'].plugin() ?? '';
}

describe('the preset of fieldgate/codegen', () => {
  it('the preset of fieldgate/codegen writes coordinates, arguments and ceilings, and no comment ends early', () => {
    const text = written([field]);
    expect(text).toContain("export type AiCoordinate = 'Product.summary';");
    expect(text).toContain("'Product.summary': { readonly words?: number | null | undefined };");
    expect(text).toContain('"ceiling":{"cost":null,"inputTokens":1000,"outputTokens":100,"calls":1}');
    expect(text).toContain('/** It ends /* no *\\/ comment. */');
  });

  it('the preset of fieldgate/codegen gives a graph without AI fields no coordinate', () => {
    expect(written([])).toContain('export type AiCoordinate = never;');
  });

  it.each([
    {
      what: 'a file that is not there',
      fields: null,
      shown: schema,
      says: /ai-fields\.json cannot be read\. Write it: fieldgate schema --ai-fields/,
    },
    { what: 'a file that is no JSON', fields: '{', shown: schema, says: /is no JSON\. Write it/ },
    {
      what: 'a file of something else',
      fields: '{"coordinate": "Product.summary"}',
      shown: schema,
      says: /is no list of AI fields\. Write it/,
    },
    { what: 'a list of something else', fields: '[null]', shown: schema, says: /is no list of AI fields\. Write it/ },
    {
      what: 'a field that the schema has not',
      fields: [field],
      shown: parse('type Query { product: Product } type Product { id: ID }'),
      says: /has Product\.summary\(words: Int\): String, and the schema has no such field\. Write both anew: fieldgate schema --out/,
    },
    {
      what: 'arguments that the schema has otherwise',
      fields: [field],
      shown: parse('type Query { product: Product } type Product { summary(words: Int!): String }'),
      says: /and the schema has it with \(words: Int!\): String/,
    },
  ])('the preset of fieldgate/codegen refuses $what', ({ fields, shown, says }) => {
    expect(() => written(fields, shown)).toThrow(says);
  });
});
