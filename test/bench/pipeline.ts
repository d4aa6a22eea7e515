/** What the eight steps cost around a provider that answers at once, against that provider's bare stream. */

import { collect } from '../../src/core/chunk.ts';
import { flatPrice, noUsage } from '../../src/core/money.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { createGateway } from '../../src/gateway.ts';
import { operationHold } from '../../src/operations/operation-hold.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { faced } from '../faces.ts';
import { cpuUs, ratio, say } from './measure.ts';

const instant = (chunks: number): Provider => ({
  name: 'instant',
  outputCeiling: (_request, _model, asked) => asked,
  async *send(_request, { report }) {
    for (let index = 0; index < chunks; index += 1) yield { type: 'text', text: 'word ' };
    report({ ...noUsage, freshInputTokens: 10, outputTokens: chunks });
    yield { type: 'finish', reason: 'stop' };
  },
});

export async function pipelineBench(): Promise<void> {
  for (const chunks of [1, 50]) await around(instant(chunks), chunks);
}

async function around(provider: Provider, chunks: number): Promise<void> {
  const gateway = await createGateway(
    {
      providers: { instant: provider },
      deployments: { instant: { provider: 'instant', model: 'm', price: flatPrice({ input: 1, output: 2 }) } },
      routes: { default: { deployments: ['instant'] } },
      storage: { folder: null },
      graph: { ai: false },
    },
    { folder: process.cwd(), loopback: true, log: silentLog },
  );
  const handle = faced(gateway.services.handle);
  const request = completionRequest('Say fifty words.');
  const signal = new AbortController().signal;
  const bare = (): Promise<unknown> =>
    collect(provider.send(request, { model: 'm', signal, report() {}, firstChunkMs: 1_000, idleMs: 1_000 }));
  const whole = (): Promise<unknown> =>
    collect(
      handle(request, {
        id: crypto.randomUUID(),
        uses: [{ coordinate: 'Query.completion', weight: 1 }],
        operation: { name: null, client: null, documentId: null },
        principal: { id: 'bench', kind: 'service', team: null, scopes: [], routes: null, limits: [] },
        route: 'default',
        cache: { mode: 'bypass', maxAgeSeconds: null },
        hold: operationHold(gateway.storage.limits, []),
        tags: {},
        deadlineMs: performance.now() + 60_000,
        signal,
        report() {},
      }),
    );
  const us = await cpuUs({ bare, whole }, { turns: 7, calls: 300 });
  say(
    `pipeline: ${us.whole.toFixed(0)} us CPU a call of ${chunks === 1 ? 'one chunk' : `${chunks} chunks`}, ${ratio(us.whole, us.bare)} the bare provider (${us.bare.toFixed(0)} us)`,
  );
  await gateway.close();
}

if (import.meta.main) {
  await pipelineBench();
  process.exit(0);
}
