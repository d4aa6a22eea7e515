/**
 * `npm run bench`: what the gateway costs, as ratios in one run. A file per subject; each prints its own lines.
 * `npm run bench -- ledger search` runs those. The drills and the gateway, which take minutes, and the console, which needs a Chromium, run when they are asked for;
 * what stands after `gateway` is for it: see gateway.ts.
 */
import { authenticateBench } from './authenticate.ts';
import { consoleBench } from './console.ts';
import { drillsBench } from './drills.ts';
import { federationBench } from './federation.ts';
import { gatewayBench } from './gateway.ts';
import { guardBench } from './guard.ts';
import { hostileBench } from './hostile.ts';
import { httpBench } from './http.ts';
import { ledgerBench } from './ledger.ts';
import { say } from './measure.ts';
import { metricsBench } from './metrics.ts';
import { moneyBench } from './money.ts';
import { pipelineBench } from './pipeline.ts';
import { quoteBench } from './quote.ts';
import { runsBench } from './runs.ts';
import { searchBench } from './search.ts';
import { soakBench } from './soak.ts';
import { startBench } from './start.ts';

const benches: Readonly<Record<string, () => void | Promise<void>>> = {
  start: startBench,
  authenticate: authenticateBench,
  quote: quoteBench,
  pipeline: pipelineBench,
  guard: guardBench,
  runs: runsBench,
  ledger: ledgerBench,
  money: () => moneyBench(),
  metrics: metricsBench,
  http: httpBench,
  search: searchBench,
  federation: federationBench,
  hostile: hostileBench,
  soak: soakBench,
  console: consoleBench,
  drills: drillsBench,
  gateway: () => gatewayBench(forGateway),
};
const onDemand: ReadonlySet<string> = new Set(['console', 'drills', 'gateway']);

const given = process.argv.slice(2);
const asked = given.includes('gateway') ? given.slice(0, given.indexOf('gateway') + 1) : given;
const forGateway = given.slice(asked.length);
const unknown = asked.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  say(`There is no benchmark "${unknown.join('", "')}". Benchmarks: ${Object.keys(benches).join(', ')}.`);
  process.exit(1);
}
const began = performance.now();
for (const [name, bench] of Object.entries(benches)) if (asked.includes(name) || (asked.length === 0 && !onDemand.has(name))) await bench();
say(`${((performance.now() - began) / 1000).toFixed(0)} s in all`);
// A bench that found a fault has set the exit code.
process.exit();
