import { describe, expect, it } from 'vitest';
import { completionRequest } from '../../src/core/request/request.ts';
import { estimateInputTokens, estimateTokens } from '../../src/core/request/tokens.ts';
import { double } from '../doubles.ts';
import { plainConfig, startGateway } from '../harness.ts';

const aliases = 30;
const many = <T>(make: (index: number) => T): T[] => Array.from({ length: aliases }, (_, index) => make(index));
/** Counts turns of the event loop from now on. */
function turnsFromNow() {
  let turns = 0;
  let over = false;
  const next = (): void => {
    turns += 1;
    if (!over) setImmediate(next);
  };
  setImmediate(next);
  return {
    now: () => turns,
    stop() {
      over = true;
    },
  };
}

async function asking() {
  const turns = turnsFromNow();
  const asked: number[] = [];
  const model = double('model', async function* () {
    asked.push(turns.now());
    yield { type: 'text', text: 'Yes' };
    yield { type: 'finish', reason: 'stop' };
  });
  const gateway = await startGateway({
    providers: { ...plainConfig.providers, model },
    deployments: { ...plainConfig.deployments, m: { provider: 'model', model: 'm', price: { input: 1, output: 2 } } },
    routes: { ...plainConfig.routes, default: { deployments: ['m'], attempts: 1 } },
  });
  return { gateway, asked, turns };
}

describe('thirty aliases of long inputs in one operation', () => {
  const inputs = Object.fromEntries(many((index) => [`i${index}`, { prompt: { text: `${index} ${'a1. '.repeat(10_000)}` } }]));
  const query = `query (${many((index) => `$i${index}: CompletionInput!`).join()}) { ${many(
    (index) => `a${index}: completion(input: $i${index}) { __typename }`,
  ).join(' ')} }`;

  it('thirty aliases of long inputs in one operation are read in turns of the event loop, so that others are served between two of them', async () => {
    const { gateway, asked, turns } = await asking();
    const { data } = await gateway.ask(query, inputs);
    turns.stop();
    expect(Object.values(data)).toEqual(many(() => ({ __typename: 'Completion' })));
    // Before each a draw is waited for, so that now and then two are asked in one turn.
    expect(new Set(asked).size).toBeGreaterThan(aliases / 2);
  });

  it('thirty aliases of long inputs in one operation let short ones begin together: those that are the same are one request', async () => {
    const { gateway, asked, turns } = await asking();
    await gateway.ask(`query { ${many((index) => `a${index}: completion(input: { prompt: { text: "Hi" } }) { __typename }`).join(' ')} }`);
    turns.stop();
    expect(asked).toHaveLength(1);
  });
});

describe('the estimate of a request', () => {
  const text = 'a1. '.repeat(12_000);
  const messages = (count: number) => completionRequest(text).messages.flatMap((message) => Array.from({ length: count }, () => message));

  it('the estimate of a request scans so many characters in all, however the request cuts them up; what lies beyond is counted by its bytes', () => {
    const framing = 4;
    const byBytes = Math.ceil(text.length / 3.6);
    expect(estimateTokens(text)).toBeGreaterThan(byBytes);
    expect(estimateInputTokens(completionRequest(messages(4)))).toBe(4 * (estimateTokens(text) + framing));
    expect(estimateInputTokens(completionRequest(messages(40)))).toBe(40 * framing + 4 * estimateTokens(text) + 36 * byBytes);
  });
});
