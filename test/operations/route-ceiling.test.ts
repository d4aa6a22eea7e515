import { expect, it } from 'vitest';
import { ceilingOf, flatPrice } from '../../src/core/money.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { estimateInputTokens } from '../../src/core/request/tokens.ts';
import { routeCeilings } from '../../src/operations/route-ceiling.ts';

const request = completionRequest([{ role: 'user', content: [{ type: 'text', text: 'Hello there' }] }]);
const cheap = { price: flatPrice({ input: 1, output: 1 }), contextWindow: null, maxOutputTokens: 500 };
const dear = { price: flatPrice({ input: 5, output: 10 }), contextWindow: null, maxOutputTokens: 100 };
const unpriced = { ...cheap, price: null };
const ceiling = routeCeilings(
  new Map([
    ['both', { name: 'both', deployments: [cheap, dear] }],
    ['unknown', { name: 'unknown', deployments: [unpriced, dear] }],
  ]),
);

it('the ceiling of a route is that of its most expensive deployment, and of the longest answer that any may give', () => {
  const input = estimateInputTokens(request) + 40;
  expect(ceiling('both', request, 40)).toEqual({ cost: ceilingOf(input, 100, dear.price), inputTokens: input, outputTokens: 500 });
});

it('a route with one deployment without a price has no known ceiling', () => {
  expect(ceiling('unknown', request, 0).cost).toBeNull();
});

it('a route that does not exist costs nothing, because nothing is sent', () => {
  expect(ceiling('none', request, 40)).toEqual({ cost: 0, inputTokens: 0, outputTokens: 0 });
});
