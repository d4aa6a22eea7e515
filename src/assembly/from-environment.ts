/**
 * Providers, deployments and routes from environment variables, for a gateway without a configuration file.
 *
 * The embedded provider has the default route until a real provider is found. It then loses that route, because an extract
 * that looks like a model's answer would deceive. It stays available by name, on the route `embedded`.
 */
import type { DeploymentConfig, GatewayConfig } from '../config/config.ts';
import { secretFrom } from '../core/secret.ts';
import { cohereProvider } from '../providers/ai-sdk/cohere/cohere.ts';
import { anthropicProvider } from '../providers/anthropic.ts';
import { azureOpenAiProvider } from '../providers/azure-openai.ts';
import {
  embeddedCapabilities,
  embeddedContextWindow,
  embeddedExtractive,
  embeddedLexical,
  embeddedName,
  embeddedPrice,
  embeddedProvider,
} from '../providers/embedded/embedded.ts';
import { googleProvider } from '../providers/google.ts';
import { mistralProvider } from '../providers/mistral.ts';
import { ollamaProvider } from '../providers/ollama.ts';
import { openaiProvider } from '../providers/openai.ts';
import type { Provider } from '../providers/provider.ts';

export type FromEnvironment = Pick<GatewayConfig, 'providers' | 'deployments' | 'routes'>;

/** What a key or an address in the environment brings. Models are the vendor's small one of November 2026, overridable by name. */
interface Found {
  readonly provider: Provider;
  readonly completion: DeploymentConfig;
  readonly embedding: DeploymentConfig | null;
}

/** The variables that are looked for, in the order in which their providers are tried. */
const detectedVariables = [
  'OPENAI_API_KEY',
  'AZURE_OPENAI_API_KEY',
  'ANTHROPIC_API_KEY',
  'GEMINI_API_KEY',
  'MISTRAL_API_KEY',
  'COHERE_API_KEY',
  'OLLAMA_HOST',
] as const;

/**
 * Providers, deployments and routes of the keys and addresses that the environment has; the embedded provider where it has none.
 *
 * @example
 * ```ts
 * import { defineConfig, fromEnvironment } from 'fieldgate';
 *
 * export default defineConfig({
 *   ...fromEnvironment(),
 *   teams: { web: { monthlyBudget: '500.00' } },
 * });
 * ```
 */
export function fromEnvironment(environment: NodeJS.ProcessEnv = process.env): FromEnvironment {
  const found = detectedVariables.flatMap((variable) => foundBy(variable, environment) ?? []);
  const embedders = found.filter(({ embedding }) => embedding !== null).slice(0, 1);
  const idOf = ({ provider, model }: DeploymentConfig): string => `${provider}/${model}`;
  const deployments = [
    ownCompletion,
    ownEmbedding,
    ...found.flatMap(({ completion, embedding }) => (embedding === null ? [completion] : [completion, embedding])),
  ];
  const real = found.map(({ completion }) => idOf(completion));
  return {
    providers: { embedded: embeddedProvider(), ...Object.fromEntries(found.map(({ provider }) => [provider.name, provider])) },
    deployments: Object.fromEntries(deployments.map((deployment) => [idOf(deployment), deployment])),
    routes: {
      default: {
        description:
          real.length === 0
            ? 'The embedded provider: extracts from the text it is given, without a language model.'
            : 'The models that the environment has a key for.',
        deployments: real.length === 0 ? [idOf(ownCompletion)] : real,
        cacheSeconds: 300,
      },
      embedding: {
        description:
          embedders.length === 0 ? 'Lexical vectors of the embedded provider: shared words, not meaning.' : 'Vectors for search.',
        deployments:
          embedders.length === 0
            ? [idOf(ownEmbedding)]
            : embedders.flatMap(({ embedding }) => (embedding === null ? [] : [idOf(embedding)])),
        cacheSeconds: 300,
      },
      embedded: { description: 'The embedded provider, whatever else there is.', deployments: [idOf(ownCompletion)], cacheSeconds: 300 },
    },
  };
}

const own = (model: typeof embeddedExtractive | typeof embeddedLexical): DeploymentConfig => ({
  provider: embeddedName,
  model,
  capabilities: embeddedCapabilities[model],
  price: embeddedPrice,
  contextWindow: embeddedContextWindow,
});
const ownCompletion = own(embeddedExtractive);
const ownEmbedding = own(embeddedLexical);

const embedding = (provider: string, model: string): DeploymentConfig => ({ provider, model, capabilities: ['embedding'] });

function foundBy(variable: (typeof detectedVariables)[number], environment: NodeJS.ProcessEnv): Found | null {
  const secret = secretFrom(variable, environment);
  if (secret === null) return null;
  switch (variable) {
    case 'OPENAI_API_KEY':
      return {
        provider: openaiProvider({ apiKey: secret, ...baseUrl(environment['OPENAI_BASE_URL']) }),
        completion: { provider: 'openai', model: environment['OPENAI_MODEL'] ?? 'gpt-5-mini' },
        embedding: embedding('openai', 'text-embedding-3-small'),
      };
    case 'AZURE_OPENAI_API_KEY': {
      const vectors = environment['AZURE_OPENAI_EMBEDDING_DEPLOYMENT'];
      const version = environment['AZURE_OPENAI_API_VERSION'];
      return {
        provider: azureOpenAiProvider({
          apiKey: secret,
          ...baseUrl(environment['AZURE_OPENAI_ENDPOINT']),
          ...(version === undefined ? {} : { apiVersion: version }),
        }),
        completion: { provider: 'azure', model: environment['AZURE_OPENAI_DEPLOYMENT'] ?? 'gpt-5-mini' },
        // Deployments are named by their owners: none can be guessed.
        embedding: vectors === undefined ? null : embedding('azure', vectors),
      };
    }
    case 'ANTHROPIC_API_KEY':
      return {
        provider: anthropicProvider({ apiKey: secret, ...baseUrl(environment['ANTHROPIC_BASE_URL']) }),
        completion: { provider: 'anthropic', model: environment['ANTHROPIC_MODEL'] ?? 'claude-haiku-4-5' },
        embedding: null,
      };
    case 'GEMINI_API_KEY':
      return {
        provider: googleProvider({ apiKey: secret }),
        completion: { provider: 'google', model: environment['GEMINI_MODEL'] ?? 'gemini-2.5-flash' },
        embedding: embedding('google', 'gemini-embedding-001'),
      };
    case 'MISTRAL_API_KEY':
      return {
        provider: mistralProvider({ apiKey: secret }),
        completion: { provider: 'mistral', model: environment['MISTRAL_MODEL'] ?? 'mistral-small-latest' },
        embedding: embedding('mistral', 'mistral-embed'),
      };
    case 'COHERE_API_KEY':
      return {
        provider: cohereProvider({ apiKey: secret }),
        completion: { provider: 'cohere', model: environment['COHERE_MODEL'] ?? 'command-a-03-2025' },
        embedding: embedding('cohere', 'embed-v4.0'),
      };
    case 'OLLAMA_HOST':
      return {
        provider: ollamaProvider({ host: secret.reveal() }),
        completion: { provider: 'ollama', model: environment['OLLAMA_MODEL'] ?? 'llama3.2', price: { input: 0, output: 0 } },
        embedding: null,
      };
  }
}

const baseUrl = (url: string | undefined): { readonly baseUrl?: string } => (url === undefined || url === '' ? {} : { baseUrl: url });
