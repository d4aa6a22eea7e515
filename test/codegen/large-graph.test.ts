/** A graph of two thousand types: code is generated in seconds, and an app that asks for AI fields costs the compiler little more than one that does not. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { generate } from '@graphql-codegen/cli';
import { expect, it } from 'vitest';
import { aiConfig, aiDocuments, preset } from '../../src/codegen/codegen.ts';
import { configText, folderWith, inProcess } from '../cli/run.ts';
import { federation2 } from '../federation/subgraph-server.ts';
import { whenOver } from '../when-over.ts';

const run = promisify(execFile);
const types = Array.from({ length: 2_000 }, (_, index) => `Thing${index}`);
/** Each fortieth has AI fields, and each of those is asked for. */
const described = types.filter((_, index) => index % 40 === 0);
const fieldName = (type: string): string => type.toLowerCase();

const shop = `${federation2} type Query { ${types.map((type) => `${fieldName(type)}(id: ID!): ${type}`).join(' ')} }
${types.map((type, index) => `type ${type} @key(fields: "id") { id: ID! name: String! next: ${types[(index + 1) % types.length]} }`).join('\n')}`;
const aiFields = `enum Mood { LOVED LIKED HATED }
${described
  .map(
    (type) => `extend type ${type} @key(fields: "id") {
  id: ID!
  name: String!
  summary(words: Int = 40): String @completion(prompt: "Praise {name} in {words} words", maxInputTokens: 1000, maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])
  mood: Mood @completion(prompt: "The mood of {name}", maxInputTokens: 1000, maxOutputTokens: 10) @requiresScopes(scopes: [["ai:use"]])
}`,
  )
  .join('\n')}`;
const operations = described.map(
  (type) => `query Read${type}($id: ID!) { ${fieldName(type)}(id: $id) { id name summary mood next { id name } } }`,
);
it('a graph of two thousand types is generated in ten seconds, and an app that asks for its AI fields costs the compiler little more', {
  timeout: 120_000,
}, async () => {
  const graph = folderWith({
    'shop.graphql': shop,
    'ai.graphql': aiFields,
    'gateway.config.ts': configText(
      `graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/graphql', sdl: 'shop.graphql' }], fields: ['ai.graphql'] }`,
    ),
  });
  expect(await inProcess(['schema', '--out', 'schema.graphql', '--ai-fields', 'ai-fields.json'], { cwd: graph })).toMatchObject({
    code: 0,
  });
  const schema = join(graph, 'schema.graphql');
  expect(readFileSync(schema, 'utf8').match(/^type Thing\d+ /gm)).toHaveLength(2_000);

  // Beside the packages, so that the compiler finds them.
  const app = mkdtempSync(join('node_modules', '.large-graph-'));
  whenOver(() => rmSync(app, { recursive: true, force: true }));
  async function written(folder: string, documents: readonly string[]): Promise<number> {
    // Of the processor: others may have it meanwhile.
    const began = process.cpuUsage();
    const files = (await generate(
      {
        schema,
        documents: [...documents, aiDocuments],
        importExtension: '.ts',
        emitLegacyCommonJSImports: false,
        generates: {
          [`${folder}/gql/`]: {
            preset: 'client',
            config: { ...aiConfig, documentMode: 'string' },
            presetConfig: { fragmentMasking: false },
          },
          [`${folder}/ai-fields.ts`]: { preset: preset as never, presetConfig: { aiFields: join(graph, 'ai-fields.json') } },
        },
        silent: true,
      },
      false,
    )) as readonly { readonly filename: string; readonly content: string }[];
    const { user, system } = process.cpuUsage(began);
    const ms = (user + system) / 1_000;
    for (const { filename, content } of files) {
      const file = join(app, filename);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return ms;
  }
  async function checked(folder: string): Promise<{ readonly types: number; readonly instantiations: number }> {
    const compilerOptions = { noUnusedLocals: false, noPropertyAccessFromIndexSignature: false, erasableSyntaxOnly: false, types: [] };
    const project = `tsconfig.${folder}.json`;
    const files = [`${folder}/gql/graphql.ts`, `${folder}/gql/gql.ts`, `${folder}/ai-fields.ts`];
    writeFileSync(
      join(app, project),
      JSON.stringify({ extends: resolve('tsconfig.json'), compilerOptions, include: [], exclude: [], files }),
    );
    const { stdout } = await run('node', ['node_modules/typescript/bin/tsc', '--project', join(app, project), '--extendedDiagnostics']);
    const figure = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(stdout)?.[1]);
    return { types: figure('Types'), instantiations: figure('Instantiations') };
  }
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
  expect(await written('with', operations)).toBeLessThan(10_000);
  await written(
    'without',
    operations.map((text) => text.replace(' summary mood', '')),
  );
  const [withAi, without] = [await checked('with'), await checked('without')];
  expect(withAi.types).toBeGreaterThan(0);
  expect(withAi.types / without.types).toBeLessThan(1.3);
  expect(withAi.instantiations / Math.max(1, without.instantiations)).toBeLessThan(1.3);
});
