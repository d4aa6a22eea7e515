import { describe, expect, it } from 'vitest';
import type { RawRequest } from '../raw-upstream.ts';
import { budgetOf, complete, eventually, ledgerOf, newKey, prompt, socketStream, stream, until } from './asking.ts';
import { hanging, type Scripted, scripted } from './scripted.ts';

const said = 'Some words that were said before the client left.';

/** The connection was cut from our side: the script itself never ends. */
async function wasCut(request: RawRequest): Promise<void> {
  await request.closed;
  expect(request.cut()).toBe(true);
}

async function settledAsLeft({ gateway }: Scripted, key: string | null, outputTokens: 'some' | 'none'): Promise<void> {
  const [row] = await eventually(
    'the row is in the ledger',
    () => ledgerOf(gateway, key),
    (rows) => rows.length > 0,
  );
  expect(row).toMatchObject({ key: { outcome: 'CANCELLED' }, calls: 1, usage: { estimated: true } });
  expect(row.usage.freshInputTokens).toBeGreaterThan(0);
  if (outputTokens === 'none') expect(row.usage.outputTokens).toBe(0);
  else expect(row.usage.outputTokens).toBeGreaterThan(5);
}

describe('a client that leaves is neither free nor billed for what it did not get', () => {
  it('a client that leaves is neither free nor billed for what it did not get over SSE: upstream is cut, and what was said is settled', async () => {
    const parts = await scripted();
    const { gateway, upstream } = parts;
    upstream.plays(hanging(said));
    const client = new AbortController();
    const events = stream(gateway, prompt('Say hi.'), { signal: client.signal });
    await until(events, 'TextDelta');
    client.abort();
    await wasCut(await upstream.nextRequest());
    await settledAsLeft(parts, gateway.developmentKey, 'some');
  });

  it('a client that leaves is neither free nor billed for what it did not get over SSE before the first token', async () => {
    const parts = await scripted();
    const { gateway, upstream } = parts;
    upstream.plays({ ending: 'hang' });
    const client = new AbortController();
    const events = stream(gateway, prompt('Say hi.'), { signal: client.signal });
    await until(events, 'CompletionStarted');
    const next = events.next().catch(() => null);
    const request = await upstream.nextRequest();
    client.abort();
    await wasCut(request);
    await next;
    await settledAsLeft(parts, gateway.developmentKey, 'none');
  });

  it.each(['leave', 'complete'] as const)(
    'a client that leaves is neither free nor billed for what it did not get over a WebSocket: %s',
    async (how) => {
      const parts = await scripted();
      const { gateway, upstream } = parts;
      upstream.plays(hanging(said));
      const client = socketStream(gateway, prompt('Say hi.'));
      await until(client.events, 'TextDelta');
      client[how]();
      await wasCut(await upstream.nextRequest());
      await settledAsLeft(parts, gateway.developmentKey, 'some');
      await client.close();
    },
  );

  it('a client that leaves is neither free nor billed for what it did not get over a plain POST, which has shown nothing of the answer yet', async () => {
    const parts = await scripted();
    const { gateway, upstream } = parts;
    upstream.plays(hanging(said));
    const client = new AbortController();
    const answer = complete(gateway, prompt('Say hi.'), { signal: client.signal }).catch((error: Error) => error.name);
    const request = await upstream.nextRequest();
    client.abort();
    expect(await answer).toBe('AbortError');
    await wasCut(request);
    await eventually(
      'the row is in the ledger',
      () => ledgerOf(gateway),
      (rows) => rows[0]?.key.outcome === 'CANCELLED',
    );
  });

  it('a client that leaves is neither free nor billed for what it did not get pays for what was said, and gets the rest of its hold back', async () => {
    const { gateway, upstream } = await scripted();
    const { secret: key } = await newKey(gateway, { monthlyBudget: '1' });
    upstream.plays(hanging(said));
    const client = new AbortController();
    const events = stream(gateway, prompt('Say hi.'), { key, signal: client.signal });
    await until(events, 'TextDelta');
    const { held } = await budgetOf(gateway, key);
    client.abort();
    const { spent } = await eventually(
      'the hold is given back',
      () => budgetOf(gateway, key),
      (budget) => budget.held === 0,
    );
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThan(held);
  });

  it('a client that leaves is neither free nor billed for what it did not get leaves a started completion alone: that one was asked to go on', async () => {
    const { gateway, upstream } = await scripted();
    upstream.plays(hanging(said));
    const { data } = await gateway.ask(
      'mutation ($input: CompletionInput!) { startCompletion(input: $input) { ... on Completion { id status } } }',
      { input: prompt('Say hi.') },
    );
    const request = await upstream.nextRequest();
    const { id } = data.startCompletion;
    await eventually(
      'the words are kept',
      () => gateway.ask('query ($id: ID!) { completionById(id: $id) { text } }', { id }),
      (answer) => answer.data.completionById.text === said,
    );
    expect(request.cut()).toBe(false);
    await gateway.ask('mutation ($id: ID!) { cancelCompletion(id: $id) { id } }', { id });
    await wasCut(request);
  });
});
