/**
 * The scopes that a key can have here; fields name them in `@requiresScopes`. Other teams' subgraphs define scopes of their
 * own.
 */
const scopes = {
  'ai:use': 'Ask models: completions, embeddings, search and answers, and AI fields on entities.',
  'ai:ingest': 'Put sources into collections and delete them.',
  'ai:usage': 'Read what was used and what it cost, of the whole team; with `ai:teams`, of the organisation.',
  'ai:usage:all': 'Read what everybody used.',
  'ai:metrics': 'Read `/metrics`: what the gateway does, of everybody, without names of callers.',
  'ai:freeform': 'Send documents that are not among the trusted ones (`graph.trustedDocuments`).',
  'ai:plan': 'See the query plan of an operation: which subgraph is asked for what, and what its AI fields can cost.',
  'ai:keys': 'Create, list, change, rotate and revoke keys of the own team, and with `ai:teams` of the own organisation.',
  'ai:keys:all': 'Create, list, change, rotate and revoke keys of every team.',
  'ai:teams': 'See the teams of the own organisation, and make and change them within what it has; without one, see the own team.',
  'ai:teams:all': 'See, make and change every organisation and team.',
  'ai:act-as':
    'Act for users of the own team with the header `AI-User`, make tokens for them, and revoke them; name the agent that asks in `AI-Agent`.',
} as const satisfies Record<string, string>;

export type Scope = keyof typeof scopes;

export const allScopes = Object.keys(scopes) as readonly Scope[];
