/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { OperationText } from '../../operation-text.ts';
export type PlaygroundChoicesQueryVariables = Exact<{ [key: string]: never; }>;


export type PlaygroundChoicesQuery = { readonly aiRoutes: ReadonlyArray<{ readonly name: string, readonly description: string | null, readonly deployments: ReadonlyArray<{ readonly id: string, readonly model: string, readonly capabilities: ReadonlyArray<string>, readonly inputPerMillion: string | null, readonly outputPerMillion: string | null }> }>, readonly aiCollections: ReadonlyArray<{ readonly name: string, readonly sources: number }> };

export type RunDetailsQueryVariables = Exact<{
  id: string | number;
}>;


export type RunDetailsQuery = { readonly completionById: { readonly id: string, readonly provenance: { readonly attempts: ReadonlyArray<{ readonly deployment: string, readonly outcome: string, readonly latencyMs: number }> } | null } | null };

export type RateRunMutationVariables = Exact<{
  id: string | number;
  score: number;
}>;


export type RateRunMutation = { readonly rateCompletion: { readonly score: number } | null };

export type QuoteRunQueryVariables = Exact<{
  document: string;
  variables: unknown;
}>;


export type QuoteRunQuery = { readonly aiQuote: { readonly allowed: boolean, readonly reason: string | null, readonly cost: { readonly amount: string, readonly currency: string } | null } };

export const PlaygroundChoicesDocument = /* @__PURE__ */ new OperationText<PlaygroundChoicesQuery, PlaygroundChoicesQueryVariables>(
  "query PlaygroundChoices{aiRoutes{name description deployments{id model capabilities inputPerMillion outputPerMillion}}aiCollections{name sources}}",
);
export const RunDetailsDocument = /* @__PURE__ */ new OperationText<RunDetailsQuery, RunDetailsQueryVariables>(
  "query RunDetails($id:ID!){completionById(id:$id){id provenance{attempts{deployment outcome latencyMs}}}}",
);
export const RateRunDocument = /* @__PURE__ */ new OperationText<RateRunMutation, RateRunMutationVariables>(
  "mutation RateRun($id:ID!$score:Float!){rateCompletion(id:$id score:$score){score}}",
);
export const QuoteRunDocument = /* @__PURE__ */ new OperationText<QuoteRunQuery, QuoteRunQueryVariables>(
  "query QuoteRun($document:String!$variables:JSON!){aiQuote(document:$document variables:$variables){cost{amount currency}allowed reason}}",
);