/** The gateway of the soak, in a process of its own: a model that answers at once, masks and a guard on, and a key for each of two teams. */
import { setTimeout as wait } from 'node:timers/promises';
import { keyDesk } from '../../../src/access/issue-keys.ts';
import { warmUpFor } from '../../../src/cli/warm-up.ts';
import { defineConfig } from '../../../src/config/config.ts';
import { createGateway } from '../../../src/gateway.ts';
import { patternGuard } from '../../../src/pipeline/guard/pattern-guard.ts';
import { embeddedCapabilities, embeddedLexical, embeddedPrice, embeddedProvider } from '../../../src/providers/embedded/embedded.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { silentLog } from '../../../src/telemetry/log.ts';
import { watchTurns } from '../hostile/turn-watch.ts';

const words = 'The kettle boils a litre of water in four minutes.';
const provider: Provider = {
  name: 'quick',
  outputCeiling: (_request, _model, asked) => asked,
  async *send() {
    for (const word of words.split(' ')) yield { type: 'text', text: `${word} ` };
    yield { type: 'finish', reason: 'stop' };
  },
};
const config = defineConfig({
  providers: { quick: provider, embedded: embeddedProvider() },
  deployments: {
    quick: { provider: 'quick', model: 'quick-1', price: { input: 1, output: 2 }, contextWindow: 2_000_000 },
    lexical: { provider: 'embedded', model: embeddedLexical, capabilities: embeddedCapabilities[embeddedLexical], price: embeddedPrice },
  },
  routes: { default: { deployments: ['quick'] }, embedding: { deployments: ['lexical'] } },
  guardrails: [{ guardrail: patternGuard({ name: 'names', patterns: ['project\\s+x'], message: 'Stays inside.' }), routes: '*' }],
  maskPersonalData: '*',
  collections: { honest: { readers: ['honest'] }, hostile: { readers: ['hostile'] } },
  teams: { honest: { monthlyBudget: '100.00' }, hostile: { monthlyBudget: '100.00' } },
  storage: { folder: null },
  server: { development: false, drainMs: 500 },
});
const gateway = await createGateway(config, { folder: process.cwd(), loopback: true, log: silentLog, warmUp: warmUpFor(config) });
const { url } = await gateway.listen({ host: '127.0.0.1', port: 0 });
await gateway.graph.refresh();
while (!(await fetch(`${url}/health/ready`)).ok) await wait(50);
const desk = keyDesk(gateway.storage.keys);
const keyOf = async (team: string): Promise<string> => {
  const { secret } = await desk.issue({
    name: team,
    team,
    scopes: ['ai:use', 'ai:ingest'],
    routes: null,
    monthlyBudget: null,
    requestsPerMinute: null,
    callsPerMinute: null,
    expiresAt: null,
  });
  return secret;
};
process.send?.({ url: `${url}/graphql`, honest: await keyOf('honest'), hostile: await keyOf('hostile') });
let turns = watchTurns();
process.on('message', () => {
  process.send?.({ rssMb: process.memoryUsage().rss / 2 ** 20, longestTurnMs: turns.stop().cpuMs });
  turns = watchTurns();
});
process.on('disconnect', () => process.exit());
