/**
 * What Claude's models differ in, by their names (docs.claude.com, models overview, extended thinking, structured outputs). A model that
 * is not listed is taken for the latest that its name follows.
 */
export interface ClaudeModel {
  readonly isClaude: boolean;
  /** Anthropic lists the model, so its maximum is known. */
  readonly known: boolean;
  /** The maximum of output tokens, including reasoning. */
  readonly maxOutputTokens: number;
  /** Whether the model can be asked for the JSON of a schema. Others are given a tool that takes the JSON. */
  readonly enforcesSchemas: boolean;
  /** Whether it takes temperature, top_p and top_k. */
  readonly samples: boolean;
  /** Whether it takes a budget of tokens for thinking. Others are told an effort. */
  readonly takesBudget: boolean;
  /** Whether its thinking cannot be disabled. */
  readonly alwaysThinks: boolean;
  /** Whether its thinking can be disabled only up to the effort `high`. */
  readonly silentUpToHigh: boolean;
  /** Whether it always thinks between tool calls. */
  readonly thinksBetweenTools: boolean;
  /** Whether it can be made to call a tool. */
  readonly forcesTools: boolean;
}

const others: ClaudeModel = {
  isClaude: false,
  known: false,
  maxOutputTokens: 4_096,
  enforcesSchemas: false,
  samples: true,
  takesBudget: true,
  alwaysThinks: false,
  silentUpToHigh: false,
  thinksBetweenTools: false,
  forcesTools: true,
};

/** What is new since a version (`405` is 4.5), in all families or in some of them. */
const news: readonly (readonly [since: number, families: readonly string[] | 'all', traits: Partial<ClaudeModel>])[] = [
  [400, 'all', { maxOutputTokens: 32_000 }],
  [400, ['sonnet'], { maxOutputTokens: 64_000 }],
  [401, ['opus'], { enforcesSchemas: true }],
  [405, 'all', { maxOutputTokens: 64_000, enforcesSchemas: true }],
  [406, 'all', { maxOutputTokens: 128_000 }],
  [407, 'all', { samples: false }],
  [500, ['opus'], { silentUpToHigh: true }],
  [500, ['fable'], { alwaysThinks: true, takesBudget: false }],
  [501, ['fable'], { forcesTools: false }],
  [505, 'all', { silentUpToHigh: true, takesBudget: false }],
  [505, ['opus', 'sonnet'], { alwaysThinks: true, forcesTools: false }],
  [505, ['sonnet'], { thinksBetweenTools: true }],
];

const listed: Readonly<Record<string, readonly number[]>> = {
  opus: [400, 401, 405, 406, 407, 408, 500, 505],
  sonnet: [400, 405, 406, 500, 505],
  haiku: [405, 505],
  fable: [500, 501, 502],
};

/** The name as Anthropic, Bedrock and Vertex write it. A date or a revision may stand behind the version. */
const named = /claude-([a-z]+)-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/;
/** Names before the fourth generation, in which the version stands before the family. */
const old = /claude-(?:instant|v?[123](?![\d]))/;

export function claudeModel(id: string): ClaudeModel {
  if (!/claude-/.test(id)) return others;
  if (old.test(id)) return { ...others, isClaude: true, known: /claude-3-haiku/.test(id) };
  const [, family = '', major = '', minor = '0'] = named.exec(id) ?? [];
  const version = major === '' ? Number.POSITIVE_INFINITY : Number(major) * 100 + Number(minor);
  const traits = news.filter(([since, families]) => version >= since && (families === 'all' || families.includes(family)));
  const known = listed[family]?.includes(version) === true;
  return Object.assign({ ...others, isClaude: true, known }, ...traits.map(([, , one]) => one)) as ClaudeModel;
}
