import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Log, silentLog } from '../../src/telemetry/log.ts';
import { runSubgraph } from '../federation/subgraph-server.ts';
import { budgetOf, newKey } from '../gateway/asking.ts';
import { counting, scripted } from '../gateway/scripted.ts';
import { temporaryFolder, whenOver } from '../harness.ts';

const length = 300;

/** A list that says nothing of its length, so that a quote assumes a hundred members. */
async function longList(log: Log = silentLog) {
  const items = Array.from({ length }, (_, id) => ({ id: String(id), body: `Body ${id}.` }));
  const subgraph = await runSubgraph('items', 'type Item @key(fields: "id") { id: ID!  body: String! }  type Query { items: [Item!]! }', {
    Query: { items: () => items },
    Item: { __resolveReference: ({ id }: { id: string }) => items[Number(id)] },
  });
  whenOver(() => subgraph.close());
  const file = join(temporaryFolder(), 'fields.graphql');
  writeFileSync(
    file,
    `extend type Item @key(fields: "id") {
       id: ID!
       body: String!
       gist: String @completion(prompt: "{body}", maxInputTokens: 100, maxOutputTokens: 100) @requiresScopes(scopes: [["ai:use"]])
     }`,
  );
  return scripted({ graph: { subgraphs: [{ name: 'items', url: subgraph.url }], fields: [file], maxCostPerOperation: '0.03' } }, { log });
}

describe('what one operation may cost', () => {
  it('what one operation may cost is what aiQuote judges by, too', async () => {
    const { gateway } = await longList();
    const { data } = await gateway.ask('{ aiQuote(document: "{ a: items { gist } b: items { gist } }") { allowed reason } }');
    expect(data.aiQuote).toEqual({ allowed: false, reason: expect.stringMatching(/can cost 0.06 USD, and 0.03 USD is allowed/) });
  });

  it('what one operation may cost is no fault of ours when a budget has less left', async () => {
    const told: string[] = [];
    const tell = (message: string): void => void told.push(message);
    const { gateway } = await longList({ ...silentLog, warn: tell, error: tell });
    const { secret: key } = await newKey(gateway, { monthlyBudget: '0.001' });
    expect(await gateway.ask('{ items { gist } }', {}, { key })).toMatchObject({ errors: [{ extensions: { code: 'BUDGET_EXCEEDED' } }] });
    expect(told).toEqual([]);
  });

  it('what one operation may cost holds while it runs, also where a list was longer than its quote assumed', async () => {
    const { gateway, upstream } = await longList();
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1' });
    // 10 × 1,000 + 100 × 2,000 nano-dollars a call.
    upstream.plays(counting(10, 100));
    const { data, errors = [] } = await gateway.ask('{ items { gist } }', {}, { key });

    const answered = data.items.filter(({ gist }: { gist: string | null }) => gist !== null).length;
    const { spent, held } = await budgetOf(gateway, key);
    expect(held).toBe(0);
    expect(spent).toBe(answered * 210_000);
    expect(spent).toBeLessThanOrEqual(30_000_000);
    expect(answered).toBeGreaterThan(90);
    expect(upstream.requests).toHaveLength(answered);
    expect(errors).toHaveLength(length - answered);
    expect(errors[0]).toMatchObject({
      message: expect.stringMatching(/one operation may cost 0.03 USD.*longer than.*Ask for fewer/),
      extensions: { code: 'COST_LIMIT_EXCEEDED', retryable: false },
    });
  });
});
