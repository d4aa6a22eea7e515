/** What vendors really write when they refuse, over real sockets, and what it means. Each row is a vendor's own body. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionRequest } from '../../../src/core/request/request.ts';
import { outcomeOf, sendOptions, wholeAnswerOf } from '../../contracts/provider.ts';
import { type RawUpstream, rawUpstream } from '../../raw-upstream.ts';
import { anthropic, compatible, type Dialect, google, openai } from '../dialects.ts';

let upstream: RawUpstream;
beforeAll(async () => {
  upstream = await rawUpstream();
});
afterAll(() => upstream.close());

interface Refused {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

async function meaningOf({ status, body, headers = {} }: Refused, dialect: Dialect = compatible, prompt = 'Hi') {
  const before = upstream.requests.length;
  upstream.plays({ status, headers: { 'content-type': 'application/json', ...headers }, pieces: [JSON.stringify(body)] });
  const provider = dialect.provider(upstream.url);
  const streamed = await outcomeOf(provider.send(completionRequest(prompt), sendOptions(dialect.model)));
  const whole = await outcomeOf(wholeAnswerOf(provider, completionRequest(prompt), sendOptions(dialect.model)));
  const told = [streamed.error, whole.error].map(({ code, retryable, details, message }) => ({
    code,
    retryable,
    about: details.about,
    message,
  }));
  expect(told[0]).toEqual(told[1]);
  expect(upstream.requests.length - before).toBe(2);
  return told[0];
}

const error = (message: string, fields: object = {}): object => ({ error: { message, ...fields } });
type Row = [vendor: string, status: number, body: unknown, dialect?: Dialect];

const tooLong: readonly Row[] = [
  [
    'OpenAI',
    400,
    error("This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.", {
      code: 'context_length_exceeded',
    }),
    openai,
  ],
  [
    'OpenAI Responses',
    400,
    error('Your input exceeds the context window of this model. Please adjust your input and try again.', {
      code: 'context_length_exceeded',
    }),
    openai,
  ],
  [
    'OpenAI, one text',
    400,
    error("Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760.", {
      code: 'string_above_max_length',
    }),
  ],
  [
    'Azure',
    400,
    error(
      "This model's maximum context length is 16385 tokens, however you requested 17000 tokens (13000 in your prompt; 4000 for the completion).",
    ),
  ],
  [
    'Anthropic',
    400,
    { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' } },
    anthropic,
  ],
  [
    'Anthropic, with its answer',
    400,
    {
      type: 'error',
      error: { type: 'invalid_request_error', message: 'input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000' },
    },
    anthropic,
  ],
  [
    'Anthropic, in bytes',
    413,
    { type: 'error', error: { type: 'request_too_large', message: 'Request exceeds the maximum size' } },
    anthropic,
  ],
  [
    'Gemini',
    400,
    error('The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).', {
      code: 400,
      status: 'INVALID_ARGUMENT',
    }),
    google,
  ],
  [
    'Gemini, in bytes',
    400,
    error('Request payload size exceeds the limit: 20971520 bytes.', { code: 400, status: 'INVALID_ARGUMENT' }),
    google,
  ],
  [
    'Mistral',
    400,
    {
      object: 'error',
      message: 'Prompt contains 65673 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
      type: 'invalid_request_prompt',
      code: '3051',
    },
  ],
  ['Cohere', 400, { message: 'too many tokens: size limit exceeded by 4050 tokens. Try using shorter or fewer inputs' }],
  [
    'Groq',
    400,
    error('Please reduce the length of the messages or completion.', { type: 'invalid_request_error', code: 'context_length_exceeded' }),
  ],
  ['Cerebras', 400, error('Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192')],
  [
    'Together',
    422,
    error(
      'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens and 512 `max_new_tokens`',
    ),
  ],
  ['TGI', 422, { error: 'Input validation error: `inputs` must have less than 4096 tokens. Given: 5000', error_type: 'validation' }],
  ['Fireworks', 400, error('The prompt is too long: 140000, model maximum context length: 131072')],
  [
    'DeepSeek',
    400,
    error(
      "This model's maximum context length is 65536 tokens. However, you requested 70000 tokens (66000 in the messages, 4000 in the completion).",
    ),
  ],
  [
    'xAI',
    400,
    {
      code: 'Client specified an invalid argument',
      error: "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
    },
  ],
  [
    'vLLM',
    400,
    {
      object: 'error',
      message: 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
      type: 'BadRequestError',
      code: 400,
    },
  ],
  [
    'vLLM, newer',
    400,
    {
      object: 'error',
      message: 'The prompt (total length 5000) is too long to fit into the model (context length 4096).',
      type: 'BadRequestError',
      code: 400,
    },
  ],
  [
    'llama.cpp',
    400,
    error('the request exceeds the available context size. try increasing the context size or enable context shift', {
      code: 400,
      type: 'exceed_context_size_error',
    }),
  ],
  ['llama.cpp, without context shift', 500, error('context shift is disabled', { code: 500, type: 'server_error' })],
  [
    'llama.cpp, in one batch',
    500,
    error('input is too large to process. increase the physical batch size', { code: 500, type: 'server_error' }),
  ],
  ['Ollama', 400, error('the input length exceeds the context length')],
  ['Ollama, older', 400, { error: 'prompt too long; exceeded max context length by 5 tokens' }],
  [
    'LM Studio',
    400,
    {
      error:
        'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
    },
  ],
  [
    'SGLang',
    400,
    {
      object: 'error',
      message: "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
      type: 'BadRequestError',
    },
  ],
  ['NIM', 400, error('Prompt length (5000) exceeds maximum input length (4096).')],
  ['Bedrock', 400, { message: 'Input is too long for requested model.' }],
  [
    'Bedrock, by its schema',
    400,
    { message: 'Malformed input request: expected maxLength: 200000, actual: 210000, please reformat your input and try again.' },
  ],
  [
    'OpenRouter',
    400,
    error("This endpoint's maximum context length is 131072 tokens. However, you requested about 140000 tokens.", { code: 400 }),
  ],
  ['Moonshot', 400, error('Invalid request: Your request exceeded model token limit: 8192', { type: 'invalid_request_error' })],
  ['Zhipu', 400, error('Prompt exceeds max length', { code: '1261' })],
  ['Zhipu, in Chinese', 400, error('Prompt 超长', { code: '1261' })],
  [
    'DashScope',
    400,
    error('<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]', { code: 'invalid_parameter_error' }),
  ],
  ['MiniMax', 400, error('invalid params, context window exceeds limit (2013)', { type: 'bad_request_error' })],
  ['Volcengine', 400, error('Total tokens of image and text exceed max message tokens. Request id: x', { code: 'InvalidParameter' })],
  [
    'Cloudflare',
    413,
    {
      errors: [
        {
          message:
            'AiError: The estimated number of input and maximum output tokens (9000) exceeded this model context window limit (7968).',
          code: 5021,
        },
      ],
    },
  ],
  ['GitHub Models', 413, error('Request body too large for gpt-4o-mini model. Max size: 8000 tokens.', { code: 'tokens_limit_reached' })],
  ['GitHub Copilot', 400, error('prompt token count of 140000 exceeds the limit of 128000', { code: 'model_max_prompt_tokens_exceeded' })],
  [
    'watsonx',
    400,
    {
      errors: [
        {
          code: 'invalid_input_argument',
          message: 'the number of input tokens 5000 cannot exceed the total tokens limit 4096 for this model',
        },
      ],
    },
  ],
  ['Baidu', 400, error('the max input characters is 20000', { code: 'invalid_argument' })],
];

describe('a prompt that is too long', () => {
  it.each<Row>([...tooLong])(
    'a prompt that is too long is told so in the words of %s (%i), and asked once',
    async (_, status, body, dialect) => {
      expect(await meaningOf({ status, body }, dialect)).toMatchObject({ code: 'CONTEXT_TOO_LONG', retryable: false, about: 'request' });
    },
  );

  it.each<[string, Dialect, object]>([
    ['Chat Completions', compatible, error('context shift is disabled', { code: 500, type: 'server_error' })],
    [
      'Responses',
      openai,
      { type: 'error', error: { code: 'context_length_exceeded', message: 'Your input exceeds the context window of this model.' } },
    ],
    [
      'Messages',
      anthropic,
      { type: 'error', error: { type: 'invalid_request_error', message: 'prompt is too long: 210000 tokens > 200000 maximum' } },
    ],
    [
      'Gemini',
      google,
      error('The input token count exceeds the maximum number of tokens allowed 1048576.', { code: 400, status: 'INVALID_ARGUMENT' }),
    ],
  ])('a prompt that is too long is told so by an event of %s, too', async (_, dialect, body) => {
    upstream.plays({ pieces: [`event: error\ndata: ${JSON.stringify(body)}\n\n`] }, { pieces: [`data: ${JSON.stringify(body)}\n\n`] });
    for (const _attempt of [1, 2]) {
      const { error: failure } = await outcomeOf(dialect.provider(upstream.url).send(completionRequest('Hi'), sendOptions(dialect.model)));
      expect(failure).toMatchObject({ code: 'CONTEXT_TOO_LONG', retryable: false });
    }
  });
});

const noCredit: readonly Row[] = [
  [
    'OpenAI',
    429,
    error('You exceeded your current quota, please check your plan and billing details.', {
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    }),
    openai,
  ],
  [
    'OpenAI, its hard limit',
    400,
    error('Billing hard limit has been reached', { type: 'invalid_request_error', code: 'billing_hard_limit_reached' }),
    openai,
  ],
  [
    'OpenAI, inactive',
    429,
    error('Your account is not active, please check your billing details on our website.', { code: 'billing_not_active' }),
    openai,
  ],
  [
    'Anthropic',
    400,
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.',
      },
    },
    anthropic,
  ],
  [
    'Anthropic, its own limit',
    400,
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.',
      },
    },
    anthropic,
  ],
  ['Anthropic, newer', 402, { type: 'error', error: { type: 'billing_error', message: 'Your credit balance is too low.' } }, anthropic],
  [
    'Gemini, for a day',
    429,
    error('You exceeded your current quota, please check your plan and billing details.', {
      code: 429,
      status: 'RESOURCE_EXHAUSTED',
      details: [{ violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }] }, { retryDelay: '27s' }],
    }),
    google,
  ],
  ['DeepSeek', 402, error('Insufficient Balance', { type: 'unknown_error', code: 'invalid_request_error' })],
  ['OpenRouter', 402, error('Insufficient credits. Add more using https://openrouter.ai/settings/credits', { code: 402 })],
  [
    'OpenRouter, for so long an answer',
    402,
    error('This request requires more credits, or fewer max_tokens. You requested up to 4096 tokens, but can only afford 100.', {
      code: 402,
    }),
  ],
  ['OpenRouter, its key', 403, error('Key limit exceeded (total limit).', { code: 403 })],
  [
    'Moonshot',
    429,
    error('Your account org-x is suspended due to insufficient balance, please recharge your account', {
      type: 'exceeded_current_quota_error',
    }),
  ],
  ['Zhipu', 429, error('余额不足或无可用资源包,请充值。', { code: '1113' })],
  ['Zhipu, in English', 429, error('Insufficient balance or no resource package. Please recharge.', { code: '1113' })],
  ['DashScope', 400, error('Access denied, please make sure your account is in good standing.', { code: 'Arrearage', type: 'Arrearage' })],
  ['DashScope, its free tier', 403, error('The free tier of the model has been exhausted.', { code: 'AllocationQuota.FreeTierOnly' })],
  [
    'xAI',
    429,
    {
      code: 'Some resource has been exhausted',
      error: 'Your team x has either used all available credits or reached its monthly spending limit.',
    },
  ],
  [
    'Together',
    402,
    error('Credit limit exceeded, please navigate to https://api.together.xyz/settings/billing to upgrade your plan.', {
      type: 'credit_limit',
    }),
  ],
  [
    'Fireworks',
    412,
    error('Account x is suspended, possibly due to reaching the monthly spending limit or failure to pay past invoices.', {
      code: 'PRECONDITION_FAILED',
    }),
  ],
  ['SiliconFlow', 403, { code: 30001, message: 'Sorry, your account balance is insufficient', data: null }],
  ['Volcengine', 403, error('The request failed because your account has an overdue balance.', { code: 'AccountOverdueError' })],
  [
    'Perplexity',
    401,
    error('You exceeded your current quota, please check your plan and billing details.', { type: 'insufficient_quota', code: 401 }),
  ],
  ['Hugging Face', 402, { error: 'You have exceeded your monthly included credits for Inference Providers. Subscribe to PRO.' }],
  ['Cohere', 402, { message: 'please update your payment method' }],
  ['Cohere, its trial key', 429, { message: 'You are using a Trial key, which is limited to 1000 API calls / month.' }],
  ['Cerebras', 402, { message: 'Payment required', type: 'payment_required_error', code: 'payment_required' }],
  ['GitHub Copilot', 402, error('You have no quota', { code: 'quota_exceeded' })],
  [
    'LiteLLM, of Anthropic',
    400,
    error(
      'litellm.BadRequestError: AnthropicException - {"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}',
      { code: '400' },
    ),
  ],
];
const accountRefused: readonly Row[] = [
  [
    'Anthropic',
    400,
    { type: 'error', error: { type: 'invalid_request_error', message: 'This organization has been disabled.' } },
    anthropic,
  ],
  [
    'Anthropic, its credential',
    400,
    {
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'This credential is only authorized for use with Claude Code and cannot be used for other API requests.',
      },
    },
    anthropic,
  ],
  [
    'Groq',
    400,
    error('Organization has been restricted. Please reach out to support if you believe this was in error.', {
      type: 'invalid_request_error',
      code: 'organization_restricted',
    }),
  ],
  ['Gemini', 400, error('User location is not supported for the API use.', { code: 400, status: 'FAILED_PRECONDITION' }), google],
  ['Gemini, its key', 400, error('API key not valid. Please pass a valid API key.', { code: 400, status: 'INVALID_ARGUMENT' }), google],
  [
    'xAI',
    400,
    {
      code: 'Client specified an invalid argument',
      error: 'Incorrect API key provided: xa***. You can obtain an API key from https://console.x.ai.',
    },
  ],
  ['OpenAI', 401, error('Your account has been deactivated.', { code: 'account_deactivated' }), openai],
  [
    'OpenAI, its country',
    403,
    error('Country, region, or territory not supported', { code: 'unsupported_country_region_territory' }),
    openai,
  ],
];
const noSuchModel: readonly Row[] = [
  ['OpenAI', 404, error('The model `m` does not exist or you do not have access to it.', { code: 'model_not_found' }), openai],
  ['OpenAI, by its id', 400, error('invalid model ID', { type: 'invalid_request_error' }), openai],
  ['Mistral', 400, { object: 'error', message: 'Invalid model: m', type: 'invalid_model', code: '1500' }],
  ['Groq', 400, error('The model `m` has been decommissioned and is no longer supported.', { code: 'model_decommissioned' })],
  ['DeepSeek', 400, error('Model Not Exist', { type: 'invalid_request_error' })],
  ['OpenRouter', 400, error('m is not a valid model ID', { code: 400 })],
  ['Bedrock', 400, { message: 'The provided model identifier is invalid.' }],
  [
    'Bedrock, without a profile',
    400,
    {
      message:
        'Invocation of model ID m with on-demand throughput isn’t supported. Retry your request with the ID of an inference profile.',
    },
  ],
  ['Ollama', 404, error('model "m" not found, try pulling it first', { type: 'api_error' })],
  ['xAI', 400, { code: 'invalid-argument', error: 'The model m does not exist or your team x does not have access to it.' }],
  ['Google', 410, error('This model is gone.', { code: 410 }), google],
];

describe('a refusal that speaks of the account or the model', () => {
  it.each<Row>([...noCredit])(
    'a refusal that speaks of the account or the model lets another deployment answer where there is no credit, in the words of %s (%i)',
    async (_, status, body, dialect) => {
      const told = await meaningOf({ status, body }, dialect);
      expect(told).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: false, about: 'deployment' });
      expect(told?.message).toMatch(/has no credit left\. Its operators must renew it\.$/);
    },
  );

  it.each<Row>([...accountRefused])(
    'a refusal that speaks of the account or the model lets another deployment answer where the account may not, in the words of %s (%i)',
    async (_, status, body, dialect) => {
      const told = await meaningOf({ status, body }, dialect);
      expect(told).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: false, about: 'deployment' });
      expect(told?.message).toMatch(/Its operators must renew (?:it|them)\.$/);
    },
  );

  it.each<Row>([...noSuchModel])(
    'a refusal that speaks of the account or the model lets another deployment answer where there is no such model, in the words of %s (%i)',
    async (_, status, body, dialect) => {
      const told = await meaningOf({ status, body }, dialect);
      expect(told).toMatchObject({ code: 'MODEL_UNAVAILABLE', retryable: false, about: 'deployment' });
      expect(told?.message).toMatch(/does not have the model of this deployment\.$/);
    },
  );

  it.each(['Our credit balance is too low. Why?', 'It says: INSUFFICIENT_QUOTA'])(
    'a refusal that speaks of the account or the model is none where the vendor repeats a prompt that does: %s',
    async (prompt) => {
      const repeated = { status: 400, body: error(`Invalid value: '${prompt}'`, { type: 'invalid_request_error' }) };
      expect(await meaningOf(repeated, compatible, prompt)).toMatchObject({ code: 'BAD_REQUEST', about: 'request' });
    },
  );
});

describe('a refusal that is another one', () => {
  it.each<[string, number, unknown, object, Dialect?]>([
    [
      'a maximum that the model does not have',
      400,
      error('max_tokens is too large: 100000. This model supports at most 4096 completion tokens.', { param: 'max_tokens' }),
      { code: 'BAD_REQUEST' },
    ],
    [
      'too many tools',
      400,
      error("Invalid 'tools': array too long. Expected an array with maximum length 128, but got 200.", { code: 'array_above_max_length' }),
      { code: 'BAD_REQUEST' },
    ],
    [
      'a long name of a tool',
      400,
      error("Invalid 'tools[0].function.name': string too long. Expected a string with maximum length 64.", {
        code: 'string_above_max_length',
      }),
      { code: 'BAD_REQUEST' },
    ],
    [
      'a wrong schema',
      400,
      { type: 'error', error: { type: 'invalid_request_error', message: 'tools.0.input_schema: JSON schema is invalid' } },
      { code: 'BAD_REQUEST' },
      anthropic,
    ],
    [
      'a rate',
      429,
      error('Rate limit reached for gpt-5 on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000.', {
        code: 'rate_limit_exceeded',
      }),
      { code: 'MODEL_UNAVAILABLE', retryable: true },
      openai,
    ],
    [
      'a rate that one request exceeds',
      429,
      error('Request too large for m on tokens per minute (TPM): Limit 6000, Requested 7000', { code: 'rate_limit_exceeded' }),
      { code: 'CONTEXT_TOO_LONG', retryable: false },
    ],
    [
      'Gemini’s quota of a minute',
      429,
      error('You exceeded your current quota, please check your plan and billing details.', {
        code: 429,
        status: 'RESOURCE_EXHAUSTED',
        details: [{ violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }] }, { retryDelay: '27s' }],
      }),
      { code: 'MODEL_UNAVAILABLE', retryable: true },
      google,
    ],
    [
      'a busy model',
      429,
      { object: 'error', message: 'Service tier capacity exceeded for this model.', type: 'service_tier_capacity_exceeded', code: '3505' },
      { code: 'MODEL_UNAVAILABLE', retryable: true },
    ],
    ['a busy server', 503, error('The model is overloaded.', { code: 503 }), { code: 'MODEL_UNAVAILABLE', retryable: true }],
  ])('a refusal that is another one stays it: %s', async (_, status, body, expected, dialect) => {
    expect(await meaningOf({ status, body }, dialect)).toMatchObject(expected);
  });
});
