/**
 * The whole wiring, on one screen.
 *
 * A request comes in by `server/`, is opened for its principal (`access/`), judged as a whole (`assembly/admission.ts`), and run
 * on the supergraph (`federation/`) or straight on the AI subgraph (`graphql/`). Each AI field becomes a Call, and every Call
 * goes through `pipeline/pipeline.ts`. The two halves meet here, through the type Handler.
 */
import { authenticator } from './access/authenticate.ts';
import { developmentKey } from './access/development-key.ts';
import { admission } from './assembly/admission.ts';
import { entitiesOf } from './assembly/entities.ts';
import { graphOf, operatorFields } from './assembly/graph.ts';
import { ingestCalls } from './assembly/ingest-calls.ts';
import { type GatewayContext, operationHooks } from './assembly/operations.ts';
import { anonymousOf, teamLimits } from './assembly/principals.ts';
import { quoteRules } from './assembly/quote-rules.ts';
import { collectionsOf, routesOf } from './assembly/routes.ts';
import { servicesOf } from './assembly/services.ts';
import { startDocuments } from './assembly/start-documents.ts';
import { type GatewayConfig, includesRoute, pathIn } from './config.ts';
import { nanoUsdOf } from './core/money.ts';
import { bypassing } from './federation/bypass.ts';
import { aiFields } from './graphql/ai-fields/schema-part.ts';
import { aiSchema } from './graphql/schema.ts';
import { memoryStore } from './pipeline/cache-store.ts';
import { guarded } from './pipeline/guard.ts';
import { pipeline } from './pipeline/pipeline.ts';
import { validated } from './pipeline/validate.ts';
import { openRetrieval } from './retrieval/open.ts';
import { healthBook } from './routing/health.ts';
import { openRuns } from './runs/open.ts';
import { createServer } from './server/server.ts';
import { openStorage } from './storage/open.ts';
import { type Log, openLog } from './telemetry/log.ts';
