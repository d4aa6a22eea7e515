/** Values that resolvers of one type pass to those of the next, when they are neither words of the domain nor shapes of the schema. */
import type { Settlement } from '../core/call/call.ts';
import type { MessagePart, Source } from '../core/chunk.ts';
import type { NanoUsd, Usage } from '../core/money.ts';
import type { Message } from '../core/request/request.ts';
import type { AiField } from '../fields/ai-field.ts';
import type { Breaker } from '../operations/route-view.ts';
import type { Ceiling } from '../pricing/ceiling.ts';
import type { RunEvent, RunState } from '../runs/run.ts';
import type { AgentPolicy, TeamRecord } from '../storage/directory/directory.ts';
import type { StoredCall, TypicalUse, UsageTotal } from '../storage/ledger/ledger.ts';
import type { SourceSize } from '../storage/passages/passages.ts';

export type TextPartView = Extract<MessagePart, { type: 'text' }>;
export type ReasoningPartView = Extract<MessagePart, { type: 'reasoning' }>;
export type ToolCallView = Extract<MessagePart, { type: 'tool-call' }>;

export type StartedView = Extract<RunEvent, { type: 'started' }>;
export type TextView = Extract<RunEvent, { type: 'text' }>;
export type ReasoningView = Extract<RunEvent, { type: 'reasoning' }>;
export type ToolCallDeltaView = Extract<RunEvent, { type: 'tool-call-delta' }>;
export type ToolCallReadyView = Extract<RunEvent, { type: 'tool-call' }>;
export type ObjectView = Extract<RunEvent, { type: 'object' }>;
export type CitationView = Extract<RunEvent, { type: 'citation' }>;
export type SnapshotView = Extract<RunEvent, { type: 'snapshot' }>;
export type FinishedView = Extract<RunEvent, { type: 'finished' }>;
export type FailedView = Extract<RunEvent, { type: 'failed' }>;

export interface UsageView {
  readonly usage: Usage;
  readonly cost: NanoUsd | null;
  readonly estimated: boolean;
}

export interface ProvenanceView {
  readonly settlement: Settlement;
  readonly route: string;
}

export interface EmbeddingView {
  readonly vectors: readonly Float32Array[];
  readonly settlement: Settlement;
  readonly route: string;
}

export interface UsageRowView extends UsageTotal {
  /** Name that the backend or issuer gives to the user of the row. */
  readonly userName?: string;
}

/** An operator's AI field, without its prompt. */
export interface FieldView {
  readonly coordinate: string;
  readonly kind: Uppercase<AiField['kind']>;
  readonly typeName: string;
  readonly fieldName: string;
  /** `@key` selections of the type. Empty for a root type. */
  readonly keys: readonly string[];
  /** The type as SDL. */
  readonly type: string;
  readonly arguments: readonly FieldArgumentView[];
  readonly description: string | null;
  /** For `@similar` the route that embeds, for `@answer` the route that writes. */
  readonly route: string;
  /** Name of a collection or an index. */
  readonly source: string | null;
  readonly promptId: string | null;
  readonly promptVersion: string | null;
  readonly ceiling: Ceiling;
  /** Alternative lists of scopes; the caller needs all scopes of one list. Null: no scope is needed. */
  readonly scopes: readonly (readonly string[])[] | null;
}

/** A field with its typical use, over the calls that the caller may see. */
export interface UsedFieldView extends FieldView {
  readonly typical: () => Promise<TypicalUse | null>;
}

export interface FieldArgumentView {
  readonly name: string;
  readonly type: string;
  readonly defaultValue: string | null;
  readonly description: string | null;
}

/** Limits that a team sets for one of its agents. */
export interface AgentLimitsView {
  readonly policy: AgentPolicy;
  readonly team: TeamRecord;
}

/** A message of a conversation: a question or an answer. */
export interface MessageView {
  readonly turn: number;
  readonly beganAt: number;
  readonly said: Message | RunState;
}

export interface SourceTextView extends SourceSize {
  readonly source: Source;
}

/** A call of the ledger, with the name that the backend or issuer gives to its user. */
export interface CallView extends StoredCall {
  readonly userName: string | null;
}

/** The guards of the routes that a caller may use. */
export interface GuardView {
  readonly name: string;
  readonly action: 'BLOCK' | 'MASK';
  readonly sides: readonly ('INPUT' | 'OUTPUT')[];
  readonly routes: readonly string[];
  readonly waitsForWhole: boolean | null;
}

/** Times are milliseconds since 1970, UTC. */
export interface HealthView {
  readonly version: string;
  readonly startedAt: number;
  readonly memoryBytes: number;
  readonly storeProblems: () => Promise<readonly string[]>;
  readonly graph: () => GraphHealthView;
  readonly ledger: () => { readonly writable: boolean; readonly waitingCalls: number };
  readonly unpricedDeployments: readonly string[];
}

export interface GraphHealthView {
  readonly ready: boolean;
  readonly reasons: readonly string[];
  readonly hash: string | null;
  readonly since: number | null;
  readonly engine: string | null;
  readonly subgraphs: readonly SubgraphHealthView[];
}

export interface SubgraphHealthView {
  readonly name: string;
  readonly answered: boolean | null;
  readonly breaker: Breaker['state'];
}
