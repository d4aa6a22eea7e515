/**
 * The values that resolvers of one type pass to those of the next, where they are neither words of the domain nor the
 * schema's own shapes.
 */
import type { Settlement } from '../core/call/call.ts';
import type { MessagePart } from '../core/chunk.ts';
import type { NanoUsd, Usage } from '../core/money.ts';
import type { RunEvent } from '../runs/run.ts';
import type { UsageTotal } from '../storage/ledger/ledger.ts';

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
  /** What its backend or issuer calls the user that the row is about. */
  readonly userName?: string;
}
