/** What the families of OpenAI's models take, by the model's name (developers.openai.com, models; reasoning guide). */
export interface ModelTraits {
  /** A name that is not a family of OpenAI does not reason. */
  readonly reasons: boolean;
  /** Takes `temperature` and `top_p` while its reasoning effort is `none`. */
  readonly samplesWithoutReasoning: boolean;
  readonly flexTier: boolean;
  readonly priorityTier: boolean;
  readonly cacheRetention: boolean;
  /** Takes updates of its settings in the middle of the input. */
  readonly configurationUpdates: boolean;
}

const samplingInGpt6 = new Set(['gpt-6-luna', 'gpt-6-sol', 'gpt-6.1-terra']);

export function traitsOf(model: string): ModelTraits {
  const oSeries = /^o(\d+)(?:-|$)/.exec(model);
  const gpt = /^gpt-(\d+)(?:\.(\d+))?(?:-(.+))?$/.exec(model);
  const major = Number(gpt?.[1] ?? 0);
  const minor = Number(gpt?.[2] ?? 0);
  const variant = gpt?.[3] ?? '';
  const isChat = gpt?.[2] === undefined && variant.startsWith('chat');
  const gpt5 = major >= 5 && !isChat;
  const recentO = Number(oSeries?.[1] ?? 0) >= 3;
  return {
    reasons: oSeries !== null || gpt5,
    samplesWithoutReasoning: samplingInGpt6.has(model) || (major === 5 && minor >= 1),
    flexTier: recentO || gpt5,
    priorityTier: recentO || model.startsWith('gpt-4') || (gpt5 && !variant.startsWith('nano')),
    cacheRetention: major < 6,
    configurationUpdates: major >= 6,
  };
}
