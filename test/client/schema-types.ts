/**
 * Holds the types that the client writes by hand to those that codegen makes of the schema: the compiler checks this file, and nothing runs.
 * A field that the schema renames or makes nullable, a new enum value, and an input that it no longer takes are mistakes here.
 */
import type * as client from '../../src/client/sdk.ts';
import type * as schema from '../../src/graphql/generated.ts';

/** `From` gives all that `To` promises. */
type Gives<To, From extends To> = From;
type Plain = string | number | boolean | null | undefined;
/** Codegen lets a nullable field be absent, for resolvers; in an answer it is null. */
type Sent<Type> = Type extends Plain
  ? Exclude<Type, undefined>
  : unknown extends Type
    ? unknown
    : { [Key in keyof Type]-?: Sent<Type[Key]> };
/** Those fields of the schema's type that the client has too; `__typename` is in each answer. */
type Same<Client, Schema> = Pick<Sent<Schema>, keyof Client & keyof Schema> & Pick<Client, Extract<keyof Client, '__typename'>>;
type Event<Name> = Extract<client.CompletionEvent, { readonly __typename: Name }>;

export type Checked = [
  Gives<client.ToolCall, Same<client.ToolCall, schema.ToolCall>>,
  Gives<client.TokenUsage, Same<client.TokenUsage, schema.TokenUsage>>,
  Gives<client.Provenance, Same<client.Provenance, schema.Provenance>>,
  Gives<client.Citation, Same<client.Citation, schema.AiCitation>>,
  Gives<Omit<client.Completion, 'parts' | 'failure'>, Same<Omit<client.Completion, 'parts' | 'failure'>, schema.Completion>>,
  Gives<client.Failure, Same<client.Failure, schema.Failure>>,
  Gives<Event<'TextDelta'>, Same<Event<'TextDelta'>, schema.TextDelta>>,
  Gives<Event<'ReasoningDelta'>, Same<Event<'ReasoningDelta'>, schema.ReasoningDelta>>,
  Gives<Event<'ToolCallDelta'>, Same<Event<'ToolCallDelta'>, schema.ToolCallDelta>>,
  Gives<Event<'ToolCallReady'>, Same<Event<'ToolCallReady'>, schema.ToolCallReady>>,
  Gives<Event<'ObjectDelta'>, Same<Event<'ObjectDelta'>, schema.ObjectDelta>>,
  Gives<Event<'CitationAdded'>, Same<Event<'CitationAdded'>, schema.CitationAdded>>,
  // Every value of the schema's enums has its name here.
  Gives<client.FailureCode, schema.FailureCode>,
  Gives<client.CompletionStatus, schema.CompletionStatus>,
  Gives<client.FinishReason, schema.FinishReason>,
  Gives<client.CacheStatus, schema.CacheStatus>,
  // The gateway takes what these inputs say.
  Gives<keyof schema.CompletionInput, keyof client.CompletionInput>,
  Gives<keyof client.CompletionInput, keyof schema.CompletionInput>,
  Gives<keyof schema.AiAnswerInput, keyof client.AiAnswerInput>,
  Gives<keyof client.AiAnswerInput, keyof schema.AiAnswerInput>,
];
