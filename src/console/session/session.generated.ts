/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import { OperationText } from '../operation-text.ts';
export type OpenConsoleMutationVariables = Exact<{ [key: string]: never; }>;


export type OpenConsoleMutation = { readonly createAiToken: { readonly id: string, readonly secret: string, readonly expiresAt: string } };

export type LeaveConsoleMutationVariables = Exact<{
  id: string | number;
}>;


export type LeaveConsoleMutation = { readonly revokeAiToken: { readonly id: string } | null };

export type ConsoleViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ConsoleViewerQuery = { readonly aiViewer: { readonly principal: string, readonly team: string | null, readonly organisation: string | null, readonly scopes: ReadonlyArray<string>, readonly routes: ReadonlyArray<string> } };

export const OpenConsoleDocument = /* @__PURE__ */ new OperationText<OpenConsoleMutation, OpenConsoleMutationVariables>(
  "mutation OpenConsole{createAiToken(input:{ttlSeconds:28800}){id secret expiresAt}}",
);
export const LeaveConsoleDocument = /* @__PURE__ */ new OperationText<LeaveConsoleMutation, LeaveConsoleMutationVariables>(
  "mutation LeaveConsole($id:ID!){revokeAiToken(id:$id){id}}",
);
export const ConsoleViewerDocument = /* @__PURE__ */ new OperationText<ConsoleViewerQuery, ConsoleViewerQueryVariables>(
  "query ConsoleViewer{aiViewer{principal team organisation scopes routes}}",
);