import { describe, expect, it } from 'vitest';
import { plainConfig, startGateway } from '../harness.ts';
import { anthropic, compatible, type Dialect, google, openai } from '../providers/dialects.ts';
import { complete, ledgerOf, prompt } from './asking.ts';
import { openUpstream } from './scripted.ts';

/** Each vendor says in its own way: 100 tokens in, of them 60 from its cache; 30 out, of them 20 thought. */
const told: readonly { readonly dialect: Dialect; readonly ends: string }[] = [
  {
    dialect: openai,
    ends: openai.ends
      .replace('"input_tokens":10', '"input_tokens":100')
      .replace('"cached_tokens":0', '"cached_tokens":60')
      .replace('"output_tokens":2', '"output_tokens":30')
      .replace('"reasoning_tokens":0', '"reasoning_tokens":20'),
  },
  {
    dialect: google,
    ends: google.ends.replace(
      '"promptTokenCount":10,"candidatesTokenCount":2,"totalTokenCount":12',
      '"promptTokenCount":100,"cachedContentTokenCount":60,"candidatesTokenCount":10,"thoughtsTokenCount":20,"totalTokenCount":130',
    ),
  },
  {
    dialect: compatible,
    ends: compatible.ends.replace(
      '"prompt_tokens":10,"completion_tokens":2,"total_tokens":12',
      '"prompt_tokens":100,"completion_tokens":30,"total_tokens":130,"prompt_tokens_details":{"cached_tokens":60},"completion_tokens_details":{"reasoning_tokens":20}',
    ),
  },
];

async function asked(dialect: Dialect, begins: string, ends: string) {
  const upstream = await openUpstream();
  upstream.plays({ pieces: [begins, dialect.says('Hi'), ends] });
  const gateway = await startGateway({
    providers: { ...plainConfig.providers, vendor: dialect.provider(upstream.url) },
    deployments: {
      ...plainConfig.deployments,
      vendor: { provider: 'vendor', model: dialect.model, price: { input: 1, output: 10, cacheRead: 0.1, cacheWrite: 2 } },
    },
    routes: { ...plainConfig.routes, default: { deployments: ['vendor'], attempts: 1 } },
  });
  const { usage } = await complete(gateway, prompt('Say hi.'));
  const [row] = await ledgerOf(gateway);
  return { usage, row };
}

describe('token classes are disjoint, whatever convention the vendor has', () => {
  it.each(told)(
    'token classes are disjoint, whatever convention the vendor has of $dialect.name, whose input includes what its cache had',
    async ({ dialect, ends }) => {
      const { usage, row } = await asked(dialect, dialect.begins, ends);
      const classes = {
        freshInputTokens: 40,
        cacheReadTokens: 60,
        cacheWriteTokens: 0,
        outputTokens: 10,
        reasoningTokens: 20,
        totalTokens: 130,
      };
      // 40 x 1 + 60 x 0.1 + 30 x 10 millionths of a dollar.
      expect(usage).toEqual({ ...classes, cost: { amount: '0.000346' }, estimated: false });
      expect(row.usage).toEqual(usage);
    },
  );

  it('token classes are disjoint, whatever convention the vendor has of anthropic, whose input is fresh input alone', async () => {
    const begins = anthropic.begins.replace(
      '"input_tokens":10,"cache_creation_input_tokens":0,"cache_read_input_tokens":0',
      '"input_tokens":40,"cache_creation_input_tokens":25,"cache_read_input_tokens":60',
    );
    const { usage, row } = await asked(anthropic, begins, anthropic.ends.replace('"output_tokens":2', '"output_tokens":30'));
    const classes = {
      freshInputTokens: 40,
      cacheReadTokens: 60,
      cacheWriteTokens: 25,
      outputTokens: 30,
      reasoningTokens: 0,
      totalTokens: 155,
    };
    expect(usage).toEqual({ ...classes, cost: { amount: '0.000396' }, estimated: false });
    expect(row.usage).toEqual(usage);
  });
});
