/** What the command line takes: its commands, and their options. */
export const commands = {
  serve: { takes: null, says: 'serve the gateway (the default)' },
  check: { takes: null, says: 'check configuration, AI fields, prompts, prices and composition; exit 1 if anything is wrong' },
  compose: { takes: null, says: 'print the supergraph SDL' },
  schema: { takes: null, says: 'print the schema that clients see, for code generators' },
  quote: { takes: 'FILE.graphql', says: 'what an operation can cost at most, field by field' },
  plan: { takes: 'FILE.graphql', says: 'which subgraph is asked for what by an operation, and what its AI fields can cost at most' },
  explain: { takes: 'FILE.graphql', says: 'which scopes, routes, rules, guards and limits apply to an operation of a key, and why' },
  keys: { takes: 'ACTION [ID]', says: 'virtual keys: create, list, update ID, rotate ID, revoke ID' },
  teams: {
    takes: 'ACTION [NAME]',
    says: 'teams: list, create NAME, update NAME, archive NAME, restore NAME; add NAME, remove NAME a user of a login',
  },
  organisations: { takes: 'ACTION [NAME]', says: 'organisations of teams: list, create NAME, update NAME, archive NAME, restore NAME' },
  users: { takes: 'ACTION NAME', says: 'end users: erase NAME, for good' },
  usage: { takes: null, says: 'what calls used and cost, by fields, operations, clients, keys, models' },
  ingest: { takes: 'PATH...', says: 'add documents to a collection' },
  subgraph: { takes: null, says: 'serve the AI schema as a Federation-2 subgraph for a router of your own' },
} as const;

export type Command = keyof typeof commands;

export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  readonly multiple?: true;
  readonly value?: string;
  /** The commands that it means something to; without it, all. */
  readonly of?: readonly Command[];
  readonly says: string;
}

const listening = ['serve', 'subgraph'] as const;
const graphing = ['serve', 'check', 'compose', 'schema', 'quote', 'plan', 'explain', 'subgraph'] as const;
const shown = ['schema'] as const;
const asking = ['quote', 'plan', 'explain'] as const;
const keyed = ['keys'] as const;
const teamed = ['teams', 'organisations'] as const;
const bounded = ['keys', 'teams', 'organisations'] as const;

export const flags = {
  config: { type: 'string', value: 'FILE', says: 'the configuration; without it ./gateway.config.ts, else the built-in one' },
  port: { type: 'string', value: 'N', of: listening, says: 'the port to listen on (4000); 0 takes a free one' },
  host: { type: 'string', value: 'ADDRESS', of: listening, says: 'the address to listen on (127.0.0.1)' },
  supergraph: { type: 'string', value: 'FILE', of: graphing, says: "this supergraph instead of the configuration's graph" },
  subgraph: {
    type: 'string',
    multiple: true,
    value: 'NAME=URL',
    of: graphing,
    says: "these subgraphs instead of the configuration's graph; repeatable",
  },
  'no-ai': { type: 'boolean', of: ['serve', 'check', 'compose', 'schema'], says: 'the graph without the AI subgraph' },
  'no-warm-up': { type: 'boolean', of: ['serve'], says: 'ready at once; the first calls take longer, while their code is compiled' },
  out: { type: 'string', value: 'FILE', of: shown, says: 'write it to this file' },
  check: { type: 'boolean', of: shown, says: 'exit 1 when the files of --out and --ai-fields are others than would be written' },
  'ai-fields': {
    type: 'string',
    value: 'FILE',
    of: shown,
    says: 'write the AI fields with what a call costs at most to this file, as JSON for builds',
  },
  'possible-types': {
    type: 'boolean',
    of: shown,
    says: 'the object types of each interface and union instead, as JSON for caches of clients',
  },
  contract: {
    type: 'string',
    value: 'NAME',
    of: [...shown, 'teams'],
    says: 'the graph of this contract; of teams, that their callers see it alone',
  },
  key: { type: 'string', value: 'ID', of: ['explain'], says: 'the public id of the key that asks' },
  variables: { type: 'string', value: 'FILE', of: asking, says: 'its variables, as a JSON file' },
  operation: { type: 'string', value: 'NAME', of: asking, says: 'which operation of the file' },
  collection: { type: 'string', value: 'NAME', of: ['ingest'], says: 'the collection; may be left out when there is one' },
  name: { type: 'string', value: 'NAME', of: keyed, says: 'what the key is for' },
  team: {
    type: 'string',
    value: 'NAME',
    of: ['keys', 'users'],
    says: 'whose budget and cache it shares; of a user, whose keys act for him',
  },
  scope: {
    type: 'string',
    multiple: true,
    value: 'SCOPE',
    of: bounded,
    says: 'what it may do; repeatable (a new key: ai:use); * for no bound of a team',
  },
  route: { type: 'string', multiple: true, value: 'ROUTE', of: bounded, says: 'routes it may use; repeatable (all); * for all' },
  budget: {
    type: 'string',
    multiple: true,
    value: 'USD',
    of: bounded,
    says: 'US dollars a month, such as 25.00; of teams also day=5, week=20, total=100; repeatable there. none takes a limit away, here and below',
  },
  'set-budget': {
    type: 'string',
    multiple: true,
    value: 'PERIOD=USD',
    of: teamed,
    says: 'this budget alone, such as month=60 or day=none; the others stay; repeatable',
  },
  rpm: { type: 'string', value: 'N', of: bounded, says: 'operations a minute; model calls too, without --cpm' },
  cpm: { type: 'string', value: 'N', of: bounded, says: 'model calls a minute' },
  tpm: { type: 'string', value: 'N', of: teamed, says: 'tokens a minute, of input and output together' },
  concurrency: { type: 'string', value: 'N', of: teamed, says: 'model calls at one time' },
  session: { type: 'string', value: 'CAPS', of: bounded, says: 'what one session may use: amount=2,tokens=…,turns=40,calls=…,minutes=240' },
  'per-user': {
    type: 'string',
    value: 'LIMITS',
    of: ['teams'],
    says: 'what each user may use: day=…,month=5,rpm=20,cpm=…,tpm=…,concurrency=…',
  },
  agent: {
    type: 'string',
    multiple: true,
    value: 'AGENT',
    of: ['keys', 'teams'],
    says: 'of a key the agent that asks with it; of a team what an agent may use, NAME:LIMITS (support-bot:month=50,turns=40), repeatable',
  },
  organisation: { type: 'string', value: 'NAME', of: ['teams'], says: 'the organisation that it belongs to; none for none' },
  issuer: {
    type: 'string',
    value: 'NAME',
    of: ['teams', 'users'],
    says: 'add, remove, erase: the issuer of the configuration whose tokens the user has',
  },
  user: { type: 'string', value: 'NAME', of: ['teams'], says: 'add, remove: the user, as the issuer calls him' },
  description: { type: 'string', value: 'TEXT', of: teamed, says: 'what it is, for people' },
  guardrail: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    of: teamed,
    says: 'guardrails of the configuration that check all its calls; repeatable',
  },
  share: { type: 'string', value: 'WITHIN', of: teamed, says: 'who shares kept answers: organisation, team or principal' },
  'time-zone': {
    type: 'string',
    value: 'ZONE',
    of: [...teamed, 'usage'],
    says: 'in which the periods of budgets, and the days of usage, begin, such as Europe/Berlin',
  },
  from: { type: 'string', value: 'DATE', of: ['usage'], says: 'calls from then on (UTC); 30 days before --to' },
  to: { type: 'string', value: 'DATE', of: ['usage'], says: 'calls before then (UTC); now' },
  by: {
    type: 'string',
    multiple: true,
    value: 'NAMES',
    of: ['usage'],
    says: 'a row for each of these, such as operation,coordinate,model or tag:feature (coordinate); repeatable',
  },
  where: {
    type: 'string',
    multiple: true,
    value: 'NAME=VALUE',
    of: ['usage'],
    says: 'only calls with this value, such as client=web; client= for those without one; repeatable',
  },
  interval: { type: 'string', value: 'TIME', of: ['usage'], says: 'also a row for each minute, hour, day or month' },
  order: { type: 'string', value: 'BY', of: ['usage'], says: 'cost (the largest first), tokens, calls, failures or name' },
  csv: { type: 'boolean', of: ['usage'], says: 'as comma-separated values, without the total' },
  expires: { type: 'string', value: 'DATE', of: keyed, says: 'when it stops working, such as 2027-01-31 (UTC)' },
  overlap: { type: 'string', value: 'SECONDS', of: keyed, says: 'rotate: how long the secret before is accepted; 0 ends it at once' },
  reason: { type: 'string', value: 'TEXT', of: [...bounded, 'users'], says: 'why, for the log and the list of changes' },
  help: { type: 'boolean', short: 'h', says: 'show this' },
  version: { type: 'boolean', says: 'show the version' },
} as const satisfies Record<string, Flag>;
