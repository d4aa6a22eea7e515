import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema } from 'graphql';
import { describe, expect, it } from 'vitest';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { whenOver } from '../harness.ts';
import { configText, folderWith, inProcess, refusal } from './run.ts';

const summary = `summary: String @completion(prompt: "Canary: praise {name}", maxInputTokens: 1000, maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])`;
const fieldsWith = (fields: string): string => `extend type Product @key(fields: "id") { id: ID! name: String! ${fields} }`;

async function shopFolder(): Promise<string> {
  const shop = await runSubgraph(
    'shop',
    `type Query { products: [Product!]! } union Find = Shoe | Hat type Hat { size: Int } type Shoe { size: Int }
     type Product @key(fields: "id") { id: ID! name: String! found: Find margin: Int @inaccessible }`,
    {},
  );
  whenOver(() => shop.close());
  return folderWith({
    'ai.graphql': fieldsWith(summary),
    'gateway.config.ts':
      configText(`deployments: { ...fromEnvironment({}).deployments, dear: { provider: 'embedded', model: 'm', price: { input: 10, output: 100 } } },
      routes: { ...fromEnvironment({}).routes, default: { deployments: ['dear'] } },
      graph: { subgraphs: [{ name: 'shop', url: '${shop.url}' }], fields: ['ai.graphql'] }`),
  });
}

describe('fieldgate schema', () => {
  it('fieldgate schema prints what clients see: sorted, with the most that an AI field can cost, without prompts and the machinery of federation', async () => {
    const cwd = await shopFolder();
    const { code, out, err } = await inProcess(['schema'], { cwd });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`type Product {
  found: Find
  id: ID!
  name: String!

  """
  A model writes this. A call costs at most 0.02 USD. \`aiQuote\` prices an operation that asks for \`summary\`.
  """
  summary: String
}`);
    expect(out).not.toMatch(/join__|_entities|_service|_Any|margin|Canary|http:\/\/127/);
    const types = Object.keys(buildSchema(out).getTypeMap()).filter((name) => !name.startsWith('__'));
    expect(types.filter((name) => out.includes(`type ${name} `))).toEqual(types.filter((name) => out.includes(`type ${name} `)).toSorted());
  });

  it('fieldgate schema --check is content with the file that --out wrote, and names the first stale line when an AI field was added', async () => {
    const cwd = await shopFolder();
    expect(await refusal(['schema', '--out', 'schema.graphql'], cwd)).toBe('It was not refused.');
    expect(await refusal(['schema', '--out', 'schema.graphql', '--check'], cwd)).toBe('It was not refused.');
    writeFileSync(join(cwd, 'ai.graphql'), fieldsWith(`${summary} ${summary.replace('summary:', 'grade:')}`));
    const line = readFileSync(join(cwd, 'schema.graphql'), 'utf8').split('\n').indexOf('  found: Find') + 2;
    expect(await refusal(['schema', '--out', 'schema.graphql', '--check'], cwd)).toBe(
      `schema.graphql is stale from line ${line} on. It says "id: ID!", the graph "". \`fieldgate schema --out schema.graphql\` writes it.`,
    );
  });

  it('fieldgate schema --possible-types prints the object types of each interface and union', async () => {
    const { out } = await inProcess(['schema', '--possible-types'], { cwd: await shopFolder() });
    const possible = JSON.parse(out) as Record<string, string[]>;
    expect(possible['Find']).toEqual(['Hat', 'Shoe']);
    expect(possible['CompletionResult']).toContain('BudgetExceeded');
  });

  it('fieldgate schema --ai-fields writes the AI fields with what a call uses at most and without prompts, beside --out, and --check reads both', async () => {
    const cwd = await shopFolder();
    const both = ['schema', '--out', 'schema.graphql', '--ai-fields', 'ai-fields.json'];
    expect(await inProcess(both, { cwd })).toMatchObject({ code: 0, out: '', err: '' });
    const text = readFileSync(join(cwd, 'ai-fields.json'), 'utf8');
    expect(text).not.toContain('Canary');
    expect(JSON.parse(text)).toMatchObject([
      {
        coordinate: 'Product.summary',
        kind: 'COMPLETION',
        type: 'String',
        keys: ['id'],
        ceiling: { cost: { amount: '0.02', currency: 'USD' }, inputTokens: 1000, outputTokens: 100, calls: 1 },
        scopes: [['ai:use']],
      },
    ]);
    writeFileSync(join(cwd, 'ai-fields.json'), text.replace('0.02', '0.03'));
    expect(await refusal([...both, '--check'], cwd)).toContain('`fieldgate schema --ai-fields ai-fields.json` writes it.');
    const same = ['schema', '--out', 'schema.graphql', '--ai-fields', './schema.graphql'];
    expect(await refusal(same, cwd)).toContain('--out and --ai-fields are both schema.graphql');
  });

  it.each([
    [['--check'], '--check compares a file with the graph. Name the file: fieldgate schema --out FILE --check.'],
    [['--out', 'gone.graphql', '--check'], 'gone.graphql cannot be read. `fieldgate schema --out gone.graphql` writes it.'],
    [['--out', 'no/folder/a.graphql'], 'no/folder/a.graphql cannot be written.'],
    [['--contract', 'mobile'], 'There is no contract "mobile". Contracts: none.'],
    [['--chek'], 'There is no option --chek. Did you mean --check?'],
  ] as const)('fieldgate schema refuses %j in a sentence', async (args, sentence) => {
    expect(await refusal(['schema', ...args], folderWith({ 'gateway.config.ts': configText('') }))).toContain(sentence);
  });
});
