/** What it costs to count a call: the facts of one attempt and one settlement, against the same call uncounted. */
import { setImmediate as turn } from 'node:timers/promises';
import type { AttemptFact, Settlement } from '../../src/core/call/call.ts';
import { collect } from '../../src/core/chunk.ts';
import { noUsage } from '../../src/core/money.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { silentLog } from '../../src/telemetry/log.ts';
import { openMetrics } from '../../src/telemetry/metrics.ts';
import { call } from '../doubles.ts';
import { type ChunkHandler, over } from '../faces.ts';
import { cpuUs, say } from './measure.ts';

const perTurn = 100;
const usage = { ...noUsage, freshInputTokens: 100, outputTokens: 50 };
const answered = {
  deployment: 'mini',
  provider: 'openai',
  model: 'gpt-5-mini',
  latencyMs: 900,
  timeToFirstTokenMs: 300,
  usage,
  estimated: false,
  cost: 1_000,
};
const attempt: AttemptFact = { type: 'attempt', outcome: 'OK', ...answered };
const settlement: Settlement = { ...answered, savedCost: 0, cache: 'MISS', attempts: [], outcome: 'OK' };

const bare: ChunkHandler = async function* (_request, { report, id }) {
  report(attempt);
  report({ type: 'settled', callId: id, settlement });
  yield { type: 'finish', reason: 'stop' };
};

export async function metricsBench(): Promise<void> {
  const metrics = openMetrics({ routes: ['default'], log: silentLog });
  const counted = over(metrics.counted)(bare);
  const request = completionRequest('Hi.');
  const asked = { ...call(), report() {} };
  const inOneTurn = (handle: ChunkHandler) => async (): Promise<void> => {
    for (let made = 0; made < perTurn; made += 1) await collect(handle(request, asked));
    await turn();
  };
  const us = await cpuUs({ bare: inOneTurn(bare), counted: inOneTurn(counted), text: () => metrics.text() }, { turns: 7, calls: 50 });
  say(
    `metrics: ${((us.counted - us.bare) / perTurn).toFixed(1)} us a call, after its answer; a reading of /metrics ${(us.text / 1000).toFixed(2)} ms`,
  );
}

if (import.meta.main) await metricsBench();
