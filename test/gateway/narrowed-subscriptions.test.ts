/** Who loses a scope is told no more of what it allowed: subscriptions end within two seconds, as after a revocation. */
import { describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../harness.ts';
import { newKey, subscription } from './asking.ts';

const scopes = ['ai:use', 'ai:usage', 'ai:ingest', 'ai:keys'];
/** Two seconds are promised; the rest is for a loaded machine. */
const endedWithinMs = 2_500;

/** How the subscription ends, and after how long. */
async function ended(events: AsyncGenerator<unknown>): Promise<{ readonly why: string; readonly afterMs: number }> {
  const began = performance.now();
  const left = setTimeout(() => void events.return(undefined), 8_000);
  try {
    for await (const _ of events);
    return { why: 'It ended without a word.', afterMs: performance.now() - began };
  } catch (error) {
    return { why: String(error), afterMs: performance.now() - began };
  } finally {
    clearTimeout(left);
  }
}

async function ingestion(gateway: TestGateway, key: string): Promise<string> {
  const sources = Array.from({ length: 3 }, (_, source) => ({ id: `s${source}`, mediaType: 'text/plain', text: `Source ${source}.` }));
  const ingest = 'mutation ($input: IngestInput!) { ingest(input: $input) { id } }';
  return (await gateway.ask(ingest, { input: { collection: 'documents', sources } }, { key })).data.ingest.id;
}

describe('a subscription of a key that loses a scope', () => {
  it.each([
    ['aiActivity', 'ai:usage', 'subscription { aiActivity { operationCount } }'],
    ['aiBudgetWarnings', 'ai:usage', 'subscription { aiBudgetWarnings { id } }'],
    ['ingestion', 'ai:ingest', 'subscription ($id: ID!) { ingestion(id: $id) { status } }'],
  ])('a subscription of a key that loses a scope ends within two seconds, and says why: %s', async (_, scope, document) => {
    const gateway = await startGateway();
    const { id, secret } = await newKey(gateway, { scopes, callsPerMinute: 1 });
    const job = document.includes('$id') ? await ingestion(gateway, secret) : null;
    const ending = ended(subscription(gateway, { key: secret }, document, job === null ? {} : { id: job }));
    await new Promise((resolve) => setTimeout(resolve, 700));
    const left = scopes.filter((one) => one !== scope);
    const update = 'mutation ($id: ID!, $scopes: [String!]) { updateAiKey(id: $id, input: { scopes: $scopes }) { id } }';
    expect((await gateway.ask(update, { id, scopes: left })).errors).toBeUndefined();
    const { why, afterMs } = await ending;
    expect(why).toContain(`You have lost the scope ${scope} since you subscribed`);
    expect(why).toContain('FORBIDDEN');
    expect(afterMs - 700).toBeLessThan(endedWithinMs);
  });

  it('a subscription of a key ends where its team loses the scope, or goes to another organisation, and goes on where a name is changed', async () => {
    const gateway = await startGateway();
    await gateway.ask(
      'mutation { a: createAiOrganisation(input: { id: "acme" }) { id } b: createAiOrganisation(input: { id: "beta" }) { id } }',
    );
    for (const [team, change, why] of [
      ['one', 'scopes: ["ai:use"]', 'lost the scope ai:usage'],
      ['two', 'organisation: "beta"', 'Your team belongs to another organisation'],
    ]) {
      await gateway.ask('mutation ($id: ID!) { createAiTeam(input: { id: $id, organisation: "acme" }) { id } }', { id: team });
      const { id, secret } = await newKey(gateway, { team, scopes });
      let isOver = false;
      const ending = ended(subscription(gateway, { key: secret }, 'subscription { aiActivity { callCount } }', {})).finally(() => {
        isOver = true;
      });
      await gateway.ask('mutation ($id: ID!) { updateAiKey(id: $id, input: { name: "other", monthlyBudget: "5" }) { id } }', { id });
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(isOver).toBe(false);
      expect(
        (await gateway.ask(`mutation ($id: ID!) { updateAiTeam(id: $id, input: { ${change} }) { id } }`, { id: team })).errors,
      ).toBeUndefined();
      expect((await ending).why).toContain(why);
    }
  });
});
