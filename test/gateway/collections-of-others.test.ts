/** Nobody finds out by guessing which collections others have. */
import { expect, it } from 'vitest';
import { embeddedLexical } from '../../src/providers/embedded/embedded.ts';
import { plainConfig, startGateway } from '../harness.ts';
import { newKey } from './asking.ts';

const search = (collection: string): string =>
  `aiSearch(input: { collection: "${collection}", query: "lamps" }) { __typename ... on Failure { code message } }`;
const quoted = (collection: string): string =>
  `aiQuote(document: "{ aiSearch(input: { collection: \\"${collection}\\", query: \\"lamps\\" }) { __typename } }") { cost { amount } inputTokens allowed reason fields { coordinate calls } }`;

it.each([
  ['aiSearch', (name: string) => `{ ${search(name)} }`],
  [
    'aiAnswer',
    (name: string) => `{ aiAnswer(input: { collection: "${name}", question: "lamps?" }) { __typename ... on Failure { code message } } }`,
  ],
  ['aiSources', (name: string) => `{ aiSources(collection: "${name}", first: 5) { id } }`],
  ['ingest', (name: string) => `mutation { ingest(input: { collection: "${name}", sources: [{ id: "a", text: "x" }] }) { id } }`],
  ['deleteSource', (name: string) => `mutation { deleteSource(collection: "${name}", sourceId: "a") }`],
  ['aiQuote', (name: string) => `{ ${quoted(name)} }`],
])('%s says of a collection of another team what it says of one that there is not', async (_, query) => {
  const gateway = await startGateway({
    collections: { ...plainConfig.collections, payroll: { readers: ['finance'], writers: ['finance'] } },
    deployments: {
      ...plainConfig.deployments,
      lexical: { provider: 'embedded', model: embeddedLexical, capabilities: ['embedding'], price: { input: 1, output: 1 } },
    },
  });
  const { secret } = await newKey(gateway, { team: 'shop', scopes: ['ai:use', 'ai:ingest'], monthlyBudget: '1.00' });
  const valid = await gateway.ask(query('documents'), {}, { key: secret });
  expect(valid.errors).toBeUndefined();
  const told = async (name: string): Promise<string> => {
    const { status, data, errors } = await gateway.ask(query(name), {}, { key: secret });
    const shown = JSON.stringify({
      status,
      data,
      errors: errors?.map(({ message, path, extensions }) => [message, path, extensions.code]),
    });
    return shown.replaceAll(name, 'NAME');
  };
  expect(await told('payroll')).toEqual(await told('nothing'));
});
