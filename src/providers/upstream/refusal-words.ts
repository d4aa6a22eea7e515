/**
 * What vendors write when they refuse, by what it means. Their statuses say too little: an empty account is a 400, 401, 402, 403, 412 or 429,
 * and a prompt that is too long is a 400, 413, 422 or 500.
 *
 * A row is one way of saying it, with the vendors that say it so. `test/providers/upstream/refusal-words.test.ts` has the bodies.
 */
export type Meaning = 'context too long' | 'no credit' | 'account refused' | 'key refused' | 'no such model';

type Words = readonly (readonly [vendors: string, words: RegExp])[];

const words: Readonly<Record<Meaning, Words>> = {
  'context too long': [
    ['OpenAI, Azure, Groq, Ollama, LM Studio, SGLang, MiniMax, Cloudflare', /context[_ ](?:length|window|size|limit)/i],
    ['OpenAI, DeepSeek, OpenRouter, vLLM, xAI, Mistral, NIM', /maximum (?:context|prompt|model|input)\b/i],
    ['Anthropic, Fireworks, Bedrock, Ollama, Baidu', /(?:prompt|input)(?: tokens?)? (?:is )?too (?:long|large)/i],
    ['Moonshot', /exceeded model token limit|token length too long/i],
    ['Gemini', /exceeds? (?:the )?(?:maximum number of tokens|available context|context)|payload size exceeds/i],
    ['Cohere, Bedrock, watsonx', /too many (?:input )?tokens|number of input tokens|input tokens exceeded/i],
    ['Bedrock', /expected maxlength: \d+, actual/i],
    ['TGI, Together', /`inputs`(?: tokens \+| must have less than)/i],
    ['llama.cpp', /context shift is disabled|exceed_context_size/i],
    ['Groq, Cerebras', /reduce the length of the (?:messages|prompt|input)/i],
    ['DashScope', /range of input length/i],
    ['Zhipu', /prompt (?:exceeds max length|超长)/i],
    ['Volcengine', /exceeds? max message tokens|outofcontexterror/i],
    ['GitHub', /token count of [\d,]+ exceeds the limit|tokens_limit_reached|max_prompt_tokens_exceeded/i],
    ['NIM', /exceeds max_input_len/i],
    ['Baidu', /max input characters/i],
    ['OpenAI', /invalid '(?:messages|input)[^']{0,80}': string too long/i],
  ],
  'no credit': [
    ['OpenAI, DeepSeek, OpenRouter, Moonshot, Zhipu, MiniMax', /insufficient[_ ](?:quota|balance|credits?|funds)/i],
    ['Anthropic, SiliconFlow', /balance is (?:too low|insufficient)|credit balance/i],
    ['OpenAI, Gemini, Moonshot, Perplexity', /exceeded[_ ](?:your[_ ])?current[_ ]quota/i],
    ['OpenAI', /billing[_ ](?:hard[_ ]limit|not[_ ]active|error)|check your billing/i],
    ['Anthropic', /reached your specified api usage limits/i],
    [
      'xAI, Groq, Fireworks',
      /reach(?:ed|ing) (?:its|your|the) (?:monthly )?(?:spend(?:ing)?|credit|usage) limit|used all available credits/i,
    ],
    ['Together', /credit limit exceeded/i],
    ['OpenRouter', /key limit exceeded|requires more credits/i],
    ['Hugging Face', /monthly included credits/i],
    ['DashScope, Volcengine', /arrearage|account is in good standing|overdue balance|freetieronly/i],
    ['Zhipu, SiliconFlow', /余额不足|欠费/],
    ['Cohere, Cerebras', /update your payment method|payment_required|trial key, which is limited/i],
    ['GitHub', /quota_exceeded/i],
    ['Gemini', /"quotaId":\s*"[^"]*PerDay/],
  ],
  'account refused': [
    ['Anthropic, Groq', /organization has been (?:disabled|restricted)|organization_restricted|blocked_api_access/i],
    [
      'OpenAI, Fireworks, Moonshot',
      /account(?: \S{1,60})? (?:is|has been) (?:suspended|deactivated|disabled|terminated)|account_deactivated/i,
    ],
    ['Gemini, OpenAI', /location is not supported|not available in your (?:country|region)|unsupported_country/i],
    ['Anthropic', /credential is only authorized for/i],
  ],
  'key refused': [['OpenAI, Gemini, xAI', /api[_ ]key[_ ]invalid|api key not valid|invalid[_ ]api[_ ]key|incorrect api key/i]],
  'no such model': [
    ['OpenAI, DashScope, DeepSeek', /model[_ ]not[_ ](?:found|exist)/i],
    ['OpenAI, xAI', /model \S{1,100} does not exist/i],
    ['Ollama, Cohere', /model ['"`]?[^'"`\s]{1,100}['"`]? (?:was )?not found/i],
    ['Mistral, OpenAI', /invalid[_ ]model(?:"|:| id\b| name\b)/i],
    ['OpenRouter', /is not a valid model/i],
    ['Bedrock', /model identifier is invalid|on-demand throughput isn.t supported/i],
    ['Groq', /model_decommissioned|\bmodel\b.{0,100} has been (?:decommissioned|deprecated|retired)/i],
  ],
};

/**
 * Whether the vendor says so. `asked` is what was asked, in lower case: a vendor that repeats a prompt which speaks of an empty account says
 * nothing of its own. A refusal of the prompt, which the others are not, costs nobody else anything.
 */
export function means(meaning: Meaning, text: string, asked: () => string): boolean {
  return words[meaning].some(([, pattern]) => {
    const said = pattern.exec(text)?.[0];
    return said !== undefined && (meaning === 'context too long' || !asked().includes(said.toLowerCase()));
  });
}
