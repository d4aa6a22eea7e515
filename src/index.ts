/** What a `gateway.config.ts` is written with, and a gateway inside a program of one's own: the package's surface. */
export { type FromEnvironment, fromEnvironment } from './assembly/from-environment.ts';
export {
  type DeploymentConfig,
  defineConfig,
  type GatewayConfig,
  type GraphConfig,
  type GuardConfig,
  type GuardrailConfig,
  type LogLevel,
  type OrganisationConfig,
  type RouteConfig,
  type RouteNames,
  type RuleConfig,
  type ServerConfig,
  type StorageConfig,
  type SubgraphConfig,
  type TeamConfig,
} from './config/config.ts';
export { embedded } from './config/embedded-storage.ts';
export type { Call, Principal } from './core/call/call.ts';
export type { Chunk, FinishReason } from './core/chunk.ts';
export { type ErrorCode, type ErrorDetails, GatewayError } from './core/errors.ts';
export { flatPrice, type Price, type Usage } from './core/money.ts';
export type { CompletionRequest, EmbeddingRequest, ModelRequest } from './core/request/request.ts';
export { Secret, secretFrom } from './core/secret.ts';
export type { Composer, Composition, CompositionProblem, Subgraph } from './federation/compose/compose.ts';
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export type { Guardrail, Verdict } from './pipeline/guard/guardrail.ts';
export { type PatternGuardOptions, patternGuard } from './pipeline/guard/pattern-guard.ts';
export { type AiSdkProvider, aiSdkProvider } from './providers/ai-sdk/ai-sdk.ts';
export { type BedrockOptions, bedrockProvider } from './providers/ai-sdk/bedrock/bedrock.ts';
export { type CohereOptions, cohereProvider } from './providers/ai-sdk/cohere/cohere.ts';
export { type VertexOptions, vertexProvider } from './providers/ai-sdk/vertex/vertex.ts';
export { type AnthropicOptions, anthropicProvider } from './providers/anthropic.ts';
export { type AzureOpenAiOptions, azureOpenAiProvider } from './providers/azure-openai.ts';
export type { AccessToken, TokenFunction } from './providers/credentials/access-token.ts';
export type { AwsCredentials, AwsCredentialsFunction, AwsRoleKeys } from './providers/credentials/aws-credentials.ts';
export {
  type EmbeddedOptions,
  embeddedCapabilities,
  embeddedContextWindow,
  embeddedExtractive,
  embeddedLexical,
  embeddedPrice,
  embeddedProvider,
} from './providers/embedded/embedded.ts';
export { type GoogleOptions, googleProvider } from './providers/google.ts';
export { type MistralOptions, mistralProvider } from './providers/mistral.ts';
export { type OllamaOptions, ollamaProvider } from './providers/ollama.ts';
export { type OpenAiOptions, openaiProvider } from './providers/openai.ts';
export { type OpenAiCompatibleOptions, openaiCompatibleProvider } from './providers/openai-compatible.ts';
export type { AnswerOptions, Capability, Provider, SendOptions } from './providers/provider.ts';
export type { CollectionConfig } from './retrieval/collections.ts';
export type { Deployment, Health, Strategy } from './routing/route.ts';
export type { Policy, PolicyContext } from './server/policy-judge.ts';
export type { Changes } from './storage/changes/changes.ts';
export type { Completions } from './storage/completions/completions.ts';
export type { Conversations } from './storage/conversations/conversations.ts';
export type { Directory } from './storage/directory/directory.ts';
export type { Erasure } from './storage/erasure/erasure.ts';
export type { Identities } from './storage/identities/identities.ts';
export type { Jobs } from './storage/jobs/jobs.ts';
export type { Keys } from './storage/keys/keys.ts';
export type { Ledger } from './storage/ledger/ledger.ts';
export type { Limits } from './storage/limits/limits.ts';
export type { Passages } from './storage/passages/passages.ts';
export type { OpenStorage, Storage, StorageOpener } from './storage/storage.ts';
export { type Log, openLog, silentLog } from './telemetry/log.ts';
