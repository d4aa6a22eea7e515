/**
 * A shop with two organisations, Lumen and Globex, behind one gateway that serves the console: each has a team, keys, a collection with a
 * document, and 40 days of calls; both use the AI fields of the shop's graph.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { GatewayError } from '../../../src/core/errors.ts';
import { noUsage } from '../../../src/core/money.ts';
import { double } from '../../doubles.ts';
import { newKey } from '../../gateway/asking.ts';
import { promptOf, teams } from '../../gateway/teams.ts';
import { plainConfig, type TestGateway } from '../../harness.ts';
import { usageRow } from '../../storage/rows.ts';
import { consoleOf, consolePages } from './console-tab.ts';

const dayMs = 86_400_000;

export interface Shop {
  readonly gateway: TestGateway;
  /** Where the console is. */
  readonly site: string;
  /** Of the person at this machine, with every scope. */
  readonly key: string;
  /** Of the organisations, with every scope that holds within one. */
  readonly lumen: string;
  readonly globex: string;
  /** The team of the shop's graph takes it down. */
  readonly closeSubgraph: () => Promise<void>;
}

const product = { id: 'lamp', name: 'Lamp', description: 'A lamp of brass.' };
const remote = {
  shop: {
    sdl: `type Query { products(first: Int = 10): [Product!]! product(id: ID!): Product }
      type Product @key(fields: "id") { id: ID! name: String! description: String! }`,
    resolvers: {
      Query: { products: () => [product], product: () => product },
      Product: { __resolveReference: () => product },
    },
  },
};
const fields = `extend type Product @key(fields: "id") { id: ID! description: String!
    "One sentence for a list of products."
    summary(words: Int = 12): String @completion(prompt: "Summarise in {words} words: {description}", maxInputTokens: 400, maxOutputTokens: 50)
    slogan: String @completion(prompt: "A slogan for {description}", maxInputTokens: 400, maxOutputTokens: 50) }`;

/** What a prompt asks for it does: it fails, waits until it is stopped, or says 2000 words at 500 a second; else it answers. */
const provider = double('model', async function* (request, { signal, report }) {
  if (request.kind === 'embedding') {
    for (const index of request.texts.keys()) yield { type: 'embedding', index, vector: new Float32Array([1, index]) };
    return void (yield { type: 'finish', reason: 'stop' });
  }
  const prompt = promptOf(request);
  if (prompt.includes('Many words'))
    for (let word = 0; word < 2_000; word += 1) {
      yield { type: 'text', text: `word${word} ` };
      if (word % 10 === 9) await wait(20);
    }
  if (prompt.includes('fails')) throw new GatewayError('MODEL_UNAVAILABLE', 'The model is down.', { phase: 'before-content' });
  yield { type: 'text', text: 'A brass lamp ' };
  if (prompt.includes('waits')) await new Promise((_, fail) => signal.addEventListener('abort', () => fail(signal.reason)));
  yield { type: 'text', text: 'for your desk.' };
  report({ ...noUsage, freshInputTokens: 20, outputTokens: 8 });
  yield { type: 'finish', reason: 'stop' };
});

/** Two clients, three operations, two fields and two models; each third day has a call that failed. */
const rowsOf = (organisation: string, count: number) =>
  Array.from({ length: count }, (_, index) =>
    usageRow({
      time: Date.now() - Math.floor((index / count) * 40 * dayMs),
      callId: `${organisation}-${index}`,
      organisation,
      team: `${organisation}-web`,
      principal: `key:${organisation}`,
      client: [`${organisation}-site`, null][index % 2] ?? null,
      operation: [`${organisation}Shop`, `${organisation}Cart`, null][index % 3] ?? null,
      coordinate: ['Product.summary', 'Product.slogan'][index % 2] ?? '',
      model: `model-${index % 2}`,
      cost: 1_000_003 * (1 + (index % 7)),
      outcome: index % 9 === 3 ? 'TIMEOUT' : 'OK',
      ...(index % 9 === 3
        ? { errorId: `error-${organisation}-${index}`, tried: [{ deployment: 'm', outcome: 'TIMEOUT' as const, latencyMs: 80 }] }
        : {}),
      countsAs: 'operation',
    }),
  );

export async function openShop(): Promise<Shop> {
  const { gateway, subgraphs } = await teams({
    remote,
    fields,
    provider,
    config: {
      server: { drainMs: 500, pages: await consolePages() },
      collections: Object.fromEntries(
        ['lumen', 'globex'].map((name) => [`${name}-papers`, { readers: [`${name}-web`], writers: [`${name}-web`] }]),
      ),
      storage: plainConfig.storage ?? { folder: null },
    },
  });
  const told = async (query: string, variables: object, key = gateway.developmentKey): Promise<void> => {
    const { errors } = await gateway.ask(query, variables, { key });
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
  };
  const opened = async (organisation: string): Promise<string> => {
    await told('mutation ($id: ID!) { createAiOrganisation(input: { id: $id, description: "Sells lamps." }) { id } }', {
      id: organisation,
    });
    const team = `${organisation}-web`;
    await told('mutation ($input: CreateAiTeamInput!) { createAiTeam(input: $input) { id } }', {
      input: { id: team, organisation, description: `The site of ${organisation}`, budgets: [{ per: 'MONTH', most: '50' }] },
    });
    const scopes = ['ai:use', 'ai:ingest', 'ai:usage', 'ai:keys', 'ai:teams', 'ai:metrics'];
    const { secret } = await newKey(gateway, { name: `${organisation} backend`, team, scopes });
    await newKey(gateway, { name: `${organisation} site`, team, scopes: ['ai:use'], monthlyBudget: '5' });
    const text = `# Lamps of ${organisation}\n\nA lamp of ${organisation} has one switch, and a cable of two metres.`;
    await told(
      'mutation ($input: IngestInput!) { ingest(input: $input) { id } }',
      { input: { collection: `${organisation}-papers`, sources: [{ id: `${organisation}.md`, title: `Lamps of ${organisation}`, text }] } },
      secret,
    );
    await gateway.storage.ledger.append(rowsOf(organisation, 120));
    return secret;
  };
  const lumen = await opened('lumen');
  const globex = await opened('globex');
  await gateway.storage.ledger.flush();
  return {
    gateway,
    site: consoleOf(gateway),
    key: gateway.developmentKey ?? '',
    lumen,
    globex,
    closeSubgraph: async () => subgraphs['shop']?.close(),
  };
}
