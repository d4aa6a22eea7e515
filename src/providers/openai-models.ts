/**
 * What OpenAI's models differ in, by their names: which of them reason, and what they then refuse
 * (platform.openai.com, guides on reasoning and on the latest model).
 */
export interface OpenAiModel {
  /** Its instructions are the developer's, its maximum is `max_completion_tokens`, and it takes no penalties. */
  readonly reasons: boolean;
  /** It takes `temperature` and `top_p` while its reasoning effort is none. */
  readonly samplesWithoutReasoning: boolean;
  /** In Chat Completions it takes no tools while it reasons. */
  readonly toolsWithoutReasoning: boolean;
  readonly takesTemperature: boolean;
  readonly cacheRetention: boolean;
  readonly flexTier: boolean;
  readonly priorityTier: boolean;
}

/** Of the generations from 6 on, these alone can be told not to reason. */
const canStopReasoning = ['gpt-6.1-terra', 'gpt-6-luna', 'gpt-6-sol'];

export function openAiModel(id: string): OpenAiModel {
  const oSeries = Number(/^o(\d+)(?:-|$)/.exec(id)?.[1] ?? Number.NaN);
  const [, majorText, minorText, variant = ''] = /^gpt-(\d+)(?:\.(\d+))?(?:-(.+))?$/.exec(id) ?? [];
  const major = Number(majorText ?? Number.NaN);
  const minor = Number(minorText ?? 0);
  const chats = minorText === undefined && variant.startsWith('chat');
  const isGpt5OrLater = major >= 5 && !chats;
  return {
    reasons: oSeries >= 1 || isGpt5OrLater,
    samplesWithoutReasoning: canStopReasoning.includes(id) || (major === 5 && minor >= 1),
    toolsWithoutReasoning: major === 5 && minor >= 6,
    takesTemperature: !/^gpt-4o(?:-mini)?-search-preview/.test(id),
    cacheRetention: !(major >= 6),
    flexTier: oSeries >= 3 || isGpt5OrLater,
    priorityTier: id.startsWith('gpt-4') || oSeries >= 3 || (isGpt5OrLater && !variant.startsWith('nano')),
  };
}
