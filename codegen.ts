/**
 * schema/ -> src/graphql/generated.ts: what a resolver is given and must return. The error table -> schema/ERRORS.md, the page for
 * people. `npm run check` fails when one of them is stale.
 */
import type { CodegenConfig } from '@graphql-codegen/cli';
import { type GraphQLSchema, isEnumType } from 'graphql';
import { errorPage } from './src/core/error-reference.ts';

const core = '../core';
const views = './result-views.ts';

/** graphql-codegen finds it by its name, in the file that `plugins` names: this one. */
export function plugin(schema: GraphQLSchema): string {
  const codes = schema.getType('FailureCode');
  return errorPage(isEnumType(codes) ? codes.getValues().map(({ name }) => name) : []);
}

const config: CodegenConfig = {
  schema: 'schema/*.graphql',
  emitLegacyCommonJSImports: false,
  importExtension: '.ts',
  generates: {
    'schema/ERRORS.md': { plugins: ['./codegen.ts'] },
    'src/graphql/generated.ts': {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        federation: true,
        useTypeImports: true,
        enumsAsTypes: true,
        immutableTypes: true,
        skipTypename: true,
        optionalResolveType: true,
        defaultScalarType: 'unknown',
        scalars: { Cursor: 'string', DateTime: 'string', Decimal: 'string', Vector: 'string', SafeInt: 'number', JSON: 'unknown' },
        contextType: '../operations/context.ts#OperationContext',
        mappers: {
          Completion: '../runs/run.ts#RunState',
          TextPart: `${views}#TextPartView`,
          ReasoningPart: `${views}#ReasoningPartView`,
          ToolCallPart: `${views}#ToolCallView`,
          ToolCall: `${views}#ToolCallView`,
          TokenUsage: `${views}#UsageView`,
          AiCost: `${core}/money.ts#NanoUsd`,
          Provenance: `${views}#ProvenanceView`,
          ProviderAttempt: `${core}/errors.ts#AttemptSummary`,
          CompletionStarted: `${views}#StartedView`,
          TextDelta: `${views}#TextView`,
          ReasoningDelta: `${views}#ReasoningView`,
          ToolCallDelta: `${views}#ToolCallDeltaView`,
          ToolCallReady: `${views}#ToolCallReadyView`,
          ObjectDelta: `${views}#ObjectView`,
          CitationAdded: `${views}#CitationView`,
          CompletionSnapshot: `${views}#SnapshotView`,
          CompletionFinished: `${views}#FinishedView`,
          CompletionFailed: `${views}#FailedView`,
          Embedding: `${views}#EmbeddingView`,
          AiCitation: `${core}/chunk.ts#Citation`,
          AiEntityRef: `${core}/chunk.ts#EntityRef`,
          SourcePassage: `${core}/chunk.ts#Passage`,
          SourceDocument: `${core}/chunk.ts#Source`,
          Ingestion: '../retrieval/retrieval.ts#IngestionState',
          AiBudget: '../storage/limits/limits.ts#BudgetState',
          AiBudgetNotice: '../storage/limits/warnings/budget-warnings.ts#BudgetWarning',
          AiQuota: '../storage/limits/limits.ts#QuotaState',
          AiSessionCaps: `${core}/call/call.ts#SessionCaps`,
          AiRoute: './services.ts#RouteView',
          AiDeployment: './services.ts#DeploymentView',
          AiKey: '../storage/keys/keys.ts#KeyRecord',
          AiTeam: '../access/teams/team-desk.ts#TeamEntry',
          AiAgentLimits: `${views}#AgentLimitsView`,
          AiUserLimits: '../storage/directory/directory.ts#UserPolicy',
          AiUserBudget: '../storage/directory/directory.ts#PolicyBudget',
          AiTeamMember: '../access/teams/member-desk.ts#Member',
          AiOrganisation: '../access/teams/team-desk.ts#OrganisationEntry',
          AiToken: '../storage/identities/identities.ts#TokenRecord',
          CreatedAiToken: '../access/tokens/token-desk.ts#IssuedToken',
          AiActivity: '../operations/activity/activity.ts#ActivityNow',
          AiRunningOperation: '../operations/activity/activity.ts#RunningOperation',
          AiRunningCall: '../operations/activity/activity.ts#RunningCall',
          AiRecentFailure: '../operations/activity/recent-ends.ts#RecentFailure',
          AiRecentFallback: '../operations/activity/recent-ends.ts#RecentFallback',
          AiField: `${views}#UsedFieldView`,
          AiFieldCeiling: '../pricing/ceiling.ts#Ceiling',
          AiTypicalUse: '../storage/ledger/ledger.ts#TypicalUse',
          AiConversation: '../storage/conversations/conversations.ts#ConversationRecord',
          AiMessage: `${views}#MessageView`,
          AiUsageRow: `${views}#UsageRowView`,
        },
      },
    },
  },
};

export default config;
