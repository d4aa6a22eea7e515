/**
 * An app's types by each way there is, from the files of `fieldgate schema`: what is generated compiles under the strictest settings, knows each
 * value, and tells what a field is not.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { generate } from '@graphql-codegen/cli';
import { buildSchema, introspectionFromSchema } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { aiConfig, aiDocuments, customScalarTypes, preset } from '../../src/codegen/codegen.ts';
import { readManifest } from '../../src/documents/manifest.ts';
import { configText, folderWith, inProcess } from '../cli/run.ts';
import { whenOver } from '../when-over.ts';
import { appOf, graphFiles, operations, relayApp, shown } from './operations.ts';

const run = promisify(execFile);
const bin = (name: string): string => resolve('node_modules', name);

const names = Object.keys(operations).map((name) => `${name}Document`);
const client = (folder: string, unmask: string): string => `import { ${names.join(', ')} } from './${folder}/graphql.ts';\n${unmask}`;
const asIs = 'const unmask = <T>(value: T): T => value;';
const masking = (folder: string): string =>
  ` import { type FragmentType, useFragment } from './${folder}/index.ts';
 import { ShownFragmentDoc } from './${folder}/graphql.ts';
const unmask = (product: FragmentType<typeof ShownFragmentDoc>) => useFragment(ShownFragmentDoc, product);`;

/** How the app gets its documents, by the way to its types. */
const heads: Readonly<Record<string, string>> = {
  'client preset': client('ast', asIs),
  'client preset, masked': client('ast-masked', masking('ast-masked')),
  'client preset, as strings': client('strings', asIs),
  'client preset, as strings and masked': client('strings-masked', masking('strings-masked')),
  'near-operation-file': `import { ${names.join(', ')} } from './near/operations.generated.ts';\n${asIs}`,
  'typescript-operations': `import { gql, type TypedDocumentNode } from '@apollo/client';
 import type * as types from './apollo.ts';
${Object.entries(operations)
  .map(([name, text]) => {
    const kind = /^\w/.exec(text)?.[0].toUpperCase();
    const type = `types.${name}${{ Q: 'Query', M: 'Mutation', S: 'Subscription' }[kind ?? '']}`;
    return `const ${name}Document: TypedDocumentNode<${type}, ${type}Variables> = gql\`${text} ${name === 'Shop' ? shown : ''}\`;`;
  })
  .join('\n')}
${asIs}`,
  'gql.tada': `import { type FragmentOf, initGraphQLTada, readFragment } from 'gql.tada';
 import type { AiScalars } from 'fieldgate/codegen';
 import type { introspection } from './introspection.d.ts';
const graphql = initGraphQLTada<{ introspection: introspection; scalars: AiScalars }>();
const Shown = graphql(\`${shown}\`);
${Object.entries(operations)
  .map(([name, text]) => `const ${name}Document = graphql(\`${text}\`${name === 'Shop' ? ', [Shown]' : ''});`)
  .join('\n')}
const unmask = (product: FragmentOf<typeof Shown>) => readFragment(Shown, product);`,
};

const relayUse = ` import type { appChatSubscription$data } from './relay/__generated__/appChatSubscription.graphql.ts';
 import type { appLaterQuery$data } from './relay/__generated__/appLaterQuery.graphql.ts';
 import type { app_shown$data } from './relay/__generated__/app_shown.graphql.ts';

type IsAny<T> = 0 extends 1 & T ? true : false;
const known = <T>(value: T, ..._: IsAny<T> extends true ? ['this is any'] : []): T => value;
export function textOf({ completionStream: event }: appChatSubscription$data, product: app_shown$data, later: appLaterQuery$data): string {
  // @ts-expect-error The fragment is masked.
  known(later.product?.facts);
  if (product.mood === 'LOVED') return known(product.summary) ?? '';
  return event.__typename === 'TextDelta' ? (known(event.text) ?? '') : '';
}
`;

const aiFieldsUse = ` import { type AiCoordinate, type AiFieldArguments, aiFields, isAiCoordinate } from './ai-fields.ts';
const style: AiFieldArguments['Product.styled'] = { style: { tone: 'LOVED', within: { tone: 'HATED', words: 3 } } };
// @ts-expect-error It takes a style.
const none: AiFieldArguments['Product.styled'] = {};
const amount: string = aiFields['Product.summary'].ceiling.cost.amount;
// @ts-expect-error No such field is in the graph.
const gone: AiCoordinate = 'Product.price';
export const spent = (call: { readonly coordinate: string }) => (isAiCoordinate(call.coordinate) ? aiFields[call.coordinate].type : [style, none, amount, gone]);
`;

describe('types of a graph', { timeout: 90_000 }, () => {
  let graph: string;
  let app: string;
  let written: Readonly<Record<string, string>>;
  const read = (file: string): string => readFileSync(join(app, file), 'utf8');

  const generated = (schema: string, documents: readonly string[], generates: Record<string, object>) =>
    generate(
      {
        schema,
        documents: [...documents],
        generates: generates as never,
        emitLegacyCommonJSImports: false,
        importExtension: '.ts',
        silent: true,
      },
      false,
    ) as Promise<readonly { readonly filename: string; readonly content: string }[]>;
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(app, file)), { recursive: true });
    writeFileSync(join(app, file), text);
  };

  beforeAll(async () => {
    graph = folderWith({
      ...graphFiles,
      'gateway.config.ts': configText(
        `deployments: { ...fromEnvironment({}).deployments, dear: { provider: 'embedded', model: 'm', price: { input: 10, output: 100 } } },
         routes: { ...fromEnvironment({}).routes, default: { deployments: ['dear'] } },
         graph: { subgraphs: [{ name: 'shop', url: 'http://127.0.0.1:9/graphql', sdl: 'shop.graphql' }], fields: ['ai.graphql'] }`,
      ),
    });
    expect(await inProcess(['schema', '--out', 'schema.graphql', '--ai-fields', 'ai-fields.json'], { cwd: graph })).toMatchObject({
      code: 0,
    });
    // Beside the packages, so that the app finds them.
    app = mkdtempSync(join('node_modules', '.codegen-'));
    whenOver(() => rmSync(app, { recursive: true, force: true }));
    write('package.json', '{ "type": "module" }');
    write('near/operations.graphql', [shown, ...Object.values(operations)].join('\n'));
    const near = join(app, 'near/operations.graphql');
    const strings = { ...aiConfig, documentMode: 'string' };
    const nearFiles = { plugins: ['typescript-operations', 'typed-document-node'], config: aiConfig };
    const files = await generated(join(graph, 'schema.graphql'), [near, aiDocuments], {
      [`${app}/ast/`]: { preset: 'client', config: aiConfig, presetConfig: { fragmentMasking: false } },
      [`${app}/ast-masked/`]: { preset: 'client', config: aiConfig, presetConfig: { persistedDocuments: true } },
      [`${app}/strings/`]: { preset: 'client', config: strings, presetConfig: { fragmentMasking: false } },
      [`${app}/strings-masked/`]: { preset: 'client', config: strings },
      [`${app}/apollo.ts`]: { plugins: ['typescript-operations'], config: aiConfig },
      [`${app}/near/base.ts`]: { plugins: ['typescript'], config: aiConfig },
      [`${app}/ai-fields.ts`]: { preset, presetConfig: { aiFields: join(graph, 'ai-fields.json') } },
    });
    const beside = await generated(join(graph, 'schema.graphql'), [near], {
      [`${app}/near/`]: {
        preset: 'near-operation-file',
        presetConfig: { extension: '.generated.ts', baseTypesPath: 'base.ts' },
        ...nearFiles,
      },
    });
    for (const { filename, content } of [...files, ...beside]) write(filename.slice(filename.indexOf(app) + app.length), content);
    const sdl = readFileSync(join(graph, 'schema.graphql'), 'utf8');
    write(
      'introspection.d.ts',
      `export type introspection = ${JSON.stringify(introspectionFromSchema(buildSchema(sdl), { descriptions: false }))};`,
    );
    written = Object.fromEntries(Object.entries(heads).map(([way, head], index) => [`app-${index}.ts`, `// ${way}\n${appOf(head)}`]));
    for (const [file, text] of Object.entries(written)) write(file, text);
    write('uses-ai-fields.ts', aiFieldsUse);
    write('uses-relay.ts', relayUse);
    write('relay/app.ts', relayApp);
    write('relay/__generated__/.keep', '');
    write('persisted.json', '{}');
    write('schema.graphql', sdl);
    const relay = {
      ...{ src: './relay', schema: './schema.graphql', language: 'typescript', artifactDirectory: './relay/__generated__' },
      ...{ eagerEsModules: true, useImportTypeSyntax: true, customScalarTypes, excludes: ['**/__generated__/**'] },
      persistConfig: { file: './persisted.json', algorithm: 'SHA256' },
    };
    write('relay.config.json', JSON.stringify(relay));
    await run('node', [bin('relay-compiler/cli.js'), 'relay.config.json'], { cwd: app });
  }, 90_000);

  it.each([
    { module: 'nodenext', moduleResolution: 'nodenext', relay: [] },
    { module: 'esnext', moduleResolution: 'bundler', relay: ['uses-relay.ts'] },
  ])('types of a graph compile by every way to them, for modules of $moduleResolution', async ({ module, moduleResolution, relay }) => {
    const compilerOptions = {
      ...{ module, moduleResolution, noUnusedLocals: false, noPropertyAccessFromIndexSignature: false, erasableSyntaxOnly: false },
      ...{ lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'], types: ['node'], skipLibCheck: true },
      paths: { 'fieldgate/client': [resolve('src/client/sdk.ts')], 'fieldgate/codegen': [resolve('src/codegen/codegen.ts')] },
    };
    const files = [...Object.keys(written), 'uses-ai-fields.ts', ...relay];
    const project = `tsconfig.${moduleResolution}.json`;
    write(project, JSON.stringify({ extends: resolve('tsconfig.json'), compilerOptions, include: [], exclude: [], files }));
    const { stdout } = await run('node', [bin('typescript/bin/tsc'), '--project', join(app, project)]).catch(
      (error: { stdout: string }) => error,
    );
    expect(stdout).toBe('');
  });

  it('types of a graph have no any in what stands for its operations, and nothing of a prompt', () => {
    const types = ['ast/graphql.ts', 'strings/graphql.ts', 'apollo.ts', 'near/operations.generated.ts', 'ai-fields.ts'].map(read);
    for (const text of types) expect(text.replace(/\/\*[\s\S]*?\*\//g, '')).not.toMatch(/[:<|&] *any\b/);
    expect([...types, read('schema.graphql'), read('introspection.d.ts')].join('')).not.toContain('Canary');
  });

  it('documents of builds are named by the SHA-256 of their text: those of the client preset and of Relay', () => {
    const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
    const byPreset = Object.entries(JSON.parse(read('ast-masked/persisted-documents.json')) as Record<string, string>);
    expect(byPreset.length).toBeGreaterThan(5);
    for (const [id, text] of byPreset) expect(id).toBe(`sha256:${hash(text)}`);
    const byRelay = Object.entries(JSON.parse(read('persisted.json')) as Record<string, string>);
    expect(byRelay).toHaveLength(5);
    for (const [id, text] of byRelay) expect(id).toBe(hash(text));
    // As the gateway takes them.
    expect(readManifest(join(app, 'ast-masked/persisted-documents.json')).map(({ text }) => text)).toEqual(
      byPreset.map(([, text]) => text),
    );
    expect(readManifest(join(app, 'persisted.json')).map(({ ids }) => ids[0])).toEqual(byRelay.map(([id]) => id));
  });

  it('a build names the file and line of an operation whose AI field is gone', async () => {
    const without = read('schema.graphql').replace(/\n {2}mood: Mood\n/, '\n');
    await expect(
      generated(without, [join(app, 'near/operations.graphql')], {
        [`${app}/gone.ts`]: { plugins: ['typescript-operations'], config: aiConfig },
      }),
    ).rejects.toThrow(/Cannot query field "mood" on type "Product"[\s\S]*operations\.graphql:1/);
  });

  it('a build is refused a scalar that its configuration does not name', async () => {
    const more = read('schema.graphql').replace('type Product {', 'scalar Weight\n\ntype Product {\n  weight: Weight');
    const documents = ['query Heavy { product(id: "1") { weight } }'];
    await expect(generated(more, documents, { [`${app}/w.ts`]: { plugins: ['typescript-operations'], config: aiConfig } })).rejects.toThrow(
      /Weight/,
    );
    const scalars = { ...aiConfig.scalars, Weight: 'number' };
    const [file] = await generated(more, documents, {
      [`${app}/w.ts`]: { plugins: ['typescript-operations'], config: { ...aiConfig, scalars } },
    });
    expect(file?.content).toContain('weight: number | null');
  });
});
