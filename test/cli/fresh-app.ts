/** The files of a Vite and React app as somebody writes them on the first day: nothing in them is any, and nothing is cast. */

/** What is imported by it is no module of these tests. */
const here = '.';
const json = (value: object): string => JSON.stringify(value, null, 2);

/** `shop`: the address of the subgraph. */
export const freshApp = (shop: string): Readonly<Record<string, string>> => ({
  'package.json': json({ name: 'shop-web', private: true, type: 'module' }),
  'gateway.config.ts': `import { defineConfig, fromEnvironment } from 'fieldgate';

export default defineConfig({
  ...fromEnvironment({}),
  collections: { handbook: {} },
  documents: [{ collection: 'handbook', paths: ['handbook'] }],
  graph: { subgraphs: [{ name: 'shop', url: '${shop}', sdl: 'shop.graphql' }], fields: ['ai.graphql'] },
});
`,
  'handbook/holidays.md': '# Holidays\n\nEverybody has thirty days of holidays a year. They end with the year.\n',
  'ai.graphql': `extend type Product @key(fields: "id") {
  id: ID!
  description: String!
  "A line for the shop window."
  summary: String @completion(prompt: "Summarise: {description}", maxInputTokens: 500, maxOutputTokens: 60) @requiresScopes(scopes: [["ai:use"]])
}
`,
  'codegen.ts': `import type { CodegenConfig } from '@graphql-codegen/cli';
import { aiConfig } from 'fieldgate/codegen';

const config: CodegenConfig = {
  schema: 'schema.graphql',
  documents: 'src/**/*.tsx',
  importExtension: '.ts',
  emitLegacyCommonJSImports: false,
  generates: {
    'src/gql/': { preset: 'client', config: { ...aiConfig, documentMode: 'string' }, presetConfig: { fragmentMasking: false } },
    'src/ai-fields.ts': { preset: 'fieldgate/codegen', presetConfig: { aiFields: 'ai-fields.json' } },
  },
};
export default config;
`,
  'tsconfig.json': json({
    compilerOptions: {
      ...{
        target: 'es2024',
        lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'],
        module: 'esnext',
        moduleResolution: 'bundler',
        jsx: 'react-jsx',
      },
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true },
      ...{ noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, types: [] },
    },
    include: ['src'],
  }),
  'index.html':
    '<!doctype html><html lang="en"><title>Shop</title><div id="root"></div><script type="module" src="/src/main.tsx"></script></html>',
  'src/main.tsx': `import { createClient } from 'fieldgate/client';
import { useAnswer } from 'fieldgate/react';
import { StrictMode, useEffect, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { aiFields, type AiCoordinate } from '${here}/ai-fields.ts';
import { graphql } from '${here}/gql/index.ts';

const gate = createClient({ url: new URLSearchParams(location.search).get('gateway') ?? '/graphql' });
const ShopDocument = graphql(\`query Shop { products { id name summary } }\`);
const ChatDocument = graphql(\`
  subscription Chat($input: CompletionInput!, $after: Cursor) {
    completionStream(input: $input, after: $after) {
      __typename
      seq
      cursor
      ... on TextDelta { text }
      ... on CompletionFailed { failure { message } }
    }
  }
\`);
const summary: AiCoordinate = 'Product.summary';

function Products() {
  const [lines, setLines] = useState<string[]>([]);
  useEffect(() => {
    void gate.query(ShopDocument).then(({ data }) => setLines(data.products.map((product) => \`\${product.name}: \${product.summary ?? ''}\`)));
  }, []);
  return lines.map((line) => <p key={line} className="product">{line}</p>);
}

function Streamed() {
  const [text, setText] = useState('');
  async function write(): Promise<void> {
    for await (const event of gate.stream(ChatDocument, { input: { prompt: { text: 'Summarise in one sentence: The kettle boils a litre in four minutes. It is made of steel. It has a handle of beech.' } } })) {
      if (event.__typename === 'TextDelta') setText((sofar) => sofar + event.text);
      if (event.__typename === 'CompletionFailed') setText(event.failure.message);
    }
  }
  return <button type="button" onClick={() => void write()}>Write: <span className="stream">{text}</span></button>;
}

function Cited() {
  const { text, citations, ask } = useAnswer(gate);
  return (
    <button type="button" onClick={() => ask({ collection: 'handbook', question: 'How many days of holidays?' })}>
      Ask: <span className="answer">{text}</span> <span className="quotes">{citations.map(({ quote }) => quote).join(' ')}</span>
    </button>
  );
}

const root = document.getElementById('root');
if (root !== null)
  createRoot(root).render(
    <StrictMode>
      <Products />
      <Streamed />
      <Cited />
      <p className="ceiling">{aiFields[summary].ceiling.outputTokens}</p>
    </StrictMode>,
  );
`,
});
