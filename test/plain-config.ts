/** The smallest configuration that answers everything, as values: it starts nothing. */
import type { DeploymentConfig, GatewayConfig } from '../src/config/config.ts';
import {
  embeddedCapabilities,
  embeddedExtractive,
  embeddedLexical,
  embeddedPrice,
  embeddedProvider,
} from '../src/providers/embedded/embedded.ts';

const embedded = (model: typeof embeddedExtractive | typeof embeddedLexical): DeploymentConfig => ({
  provider: 'embedded',
  model,
  capabilities: embeddedCapabilities[model],
  price: embeddedPrice,
});

/** The embedded provider on `default` and `embedding`, one collection, stores in memory. */
export const plainConfig: GatewayConfig = {
  providers: { embedded: embeddedProvider() },
  deployments: { extractive: embedded(embeddedExtractive), lexical: embedded(embeddedLexical) },
  routes: { default: { deployments: ['extractive'] }, embedding: { deployments: ['lexical'] } },
  collections: { documents: {} },
  storage: { folder: null },
  server: { drainMs: 500 },
  logLevel: 'silent',
};
