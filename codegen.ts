/**
 * schema/ -> src/graphql/generated.ts: what a resolver is given and must return. The error table -> schema/ERRORS.md, the page for
 * people. The operations of the console -> types and texts beside them. `npm run check` fails when one of them is stale.
 */
import { globSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import type { CodegenConfig } from '@graphql-codegen/cli';
import { type DocumentNode, type GraphQLSchema, isEnumType, Kind, print, stripIgnoredCharacters, visit } from 'graphql';
import { errorPage } from './src/core/error-reference.ts';

const core = '../core';
const views = './result-views.ts';

interface Found {
  readonly document?: DocumentNode;
}

/**
 * graphql-codegen finds it by its name, in the file that `plugins` names: this one. With documents it writes each operation as a text with its
 * types, and with the fragments that it uses; else the page of errors.
 */
export function plugin(schema: GraphQLSchema, documents: readonly Found[] = [], _config: unknown = {}, { outputFile = '' } = {}) {
  if (!outputFile.endsWith('.generated.ts')) {
    const codes = schema.getType('FailureCode');
    return errorPage(isEnumType(codes) ? codes.getValues().map(({ name }) => name) : []);
  }
  const definitions = documents.flatMap(({ document }) => document?.definitions ?? []);
  const fragments = new Map(definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])));
  const content = definitions.flatMap((operation) => {
    if (operation.kind !== Kind.OPERATION_DEFINITION || operation.name === undefined) return [];
    const used = new Set<string>();
    const collect = (within: Parameters<typeof print>[0]): void => {
      visit(within, {
        FragmentSpread({ name: { value } }) {
          const fragment = fragments.get(value);
          if (used.has(value) || fragment === undefined) return;
          used.add(value);
          collect(fragment);
        },
      });
    };
    collect(operation);
    const text = stripIgnoredCharacters([operation, ...[...used].flatMap((name) => fragments.get(name) ?? [])].map(print).join(' '));
    const { value: name } = operation.name;
    const kind = operation.operation.replace(/^./, (letter) => letter.toUpperCase());
    return [
      `export const ${name}Document = /* @__PURE__ */ new OperationText<${name}${kind}, ${name}${kind}Variables>(\n  ${JSON.stringify(text)},\n);`,
    ];
  });
  const from = relative(dirname(outputFile), 'src/console/operation-text.ts').replaceAll('\\', '/');
  return { prepend: [`import { OperationText } from '${from}';`], content: content.join('\n') };
}

const scalars = { Cursor: 'string', DateTime: 'string', Decimal: 'string', Vector: 'string', SafeInt: 'number', JSON: 'unknown' };

/** `keys.graphql` -> `keys.generated.ts`, so that each page has its own. */
const consoleOutputs: CodegenConfig['generates'] = Object.fromEntries(
  globSync('src/console/**/*.graphql').map((file) => [
    file.replace(/graphql$/, 'generated.ts'),
    {
      documents: file,
      plugins: ['typescript-operations', './codegen.ts'],
      config: {
        scalars,
        strictScalars: true,
        defaultScalarType: 'unknown',
        immutableTypes: true,
        enumsAsTypes: true,
        useTypeImports: true,
        skipTypename: true,
      },
    },
  ]),
);

const config: CodegenConfig = {
  schema: 'schema/*.graphql',
  emitLegacyCommonJSImports: false,
  importExtension: '.ts',
  generates: {
    ...consoleOutputs,
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
        scalars,
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
          AiGuardrail: `${views}#GuardView`,
          AiHealth: `${views}#HealthView`,
          AiGraphHealth: `${views}#GraphHealthView`,
          AiSubgraphHealth: `${views}#SubgraphHealthView`,
          AiGuardTest: './services.ts#GuardTest',
          AiGuardVerdict: './services.ts#GuardVerdict',
          AiSource: `${views}#SourceTextView`,
          Ingestion: '../retrieval/retrieval.ts#IngestionState',
          AiBudget: '../storage/limits/limits.ts#BudgetState',
          AiBudgetNotice: '../storage/limits/warnings/budget-warnings.ts#BudgetWarning',
          AiQuota: '../storage/limits/limits.ts#QuotaState',
          AiSessionCaps: `${core}/call/call.ts#SessionCaps`,
          AiRoute: './services.ts#RouteView',
          AiDeployment: './services.ts#DeploymentView',
          AiKey: '../storage/keys/keys.ts#KeyRecord',
          AiChange: '../storage/changes/changes.ts#ChangeRecord',
          AiChangedPart: '../storage/changes/changes.ts#ChangedPart',
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
          AiCall: `${views}#CallView`,
          AiCallUse: `${core}/call/usage-row.ts#UsageRow`,
        },
      },
    },
  },
};

export default config;
