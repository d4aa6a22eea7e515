/** `npm run bench`: what the gateway costs, as ratios in one run. A file per subject; each prints its own lines. */
import { federationBench } from './federation.ts';
import { pipelineBench } from './pipeline.ts';
import { quoteBench } from './quote.ts';

quoteBench();
await pipelineBench();
await federationBench();
process.exit(0);
