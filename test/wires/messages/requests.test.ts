/** What models of Claude are asked, by what each of them takes. */
import { describe, expect, it } from 'vitest';
import { type CompletionRequest, completionRequest } from '../../../src/core/request/request.ts';
import type { JsonObject } from '../../../src/wires/json-fields.ts';
import { messages } from '../../../src/wires/messages/messages.ts';
import { hasGrammar } from '../../../src/wires/messages/request/schema-grammar.ts';
import { messagesSettings } from '../../../src/wires/messages/request/structured-output.ts';

const tool = { name: 'weather', description: null, parameters: { type: 'object', properties: {} } };

function asked(model: string, settings: Partial<CompletionRequest>, stream = true) {
  const request = completionRequest('Hi', settings);
  const { body, headers, warnings } = messages.encodeRequest(request, { model, stream, ...messagesSettings(model, request) });
  return { body: body as JsonObject & Record<string, unknown>, headers, warnings };
}

describe('the maximum', () => {
  it.each([
    ['claude-3-haiku-20240307', 4_096],
    ['claude-sonnet-4-20250514', 64_000],
    ['claude-opus-4-1-20250805', 32_000],
    ['claude-haiku-4-5', 64_000],
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 64_000],
    ['claude-sonnet-4-5@20250929', 64_000],
    ['claude-opus-4-6', 128_000],
    ['claude-sonnet-5-5', 128_000],
  ])('the maximum of %s is %i, where none is asked for and where more is', (model, maximum) => {
    expect(asked(model, {})).toMatchObject({ body: { max_tokens: maximum }, warnings: [] });
    const { body, warnings } = asked(model, { maxOutputTokens: maximum + 1 });
    expect(body['max_tokens']).toBe(maximum);
    expect(warnings).toEqual([
      `The model does not support maxOutputTokens; it was left out or changed. It writes at most ${maximum} tokens.`,
    ]);
    expect(asked(model, { maxOutputTokens: 10 })).toMatchObject({ body: { max_tokens: 10 }, warnings: [] });
  });

  it('the maximum of a model that nobody knows is told with a warning, and is what was asked', () => {
    expect(asked('MiniMax-M2', {})).toMatchObject({
      body: { max_tokens: 4_096 },
      warnings: [expect.stringContaining('Its maximum is not known')],
    });
    expect(asked('MiniMax-M2', { maxOutputTokens: 500_000 })).toMatchObject({ body: { max_tokens: 500_000 }, warnings: [] });
  });

  it('the maximum counts thinking, so that a budget leaves room for an answer', () => {
    const thinking = { thinking: { type: 'enabled', budgetTokens: 2_000 } };
    expect(asked('claude-sonnet-4-5', { maxOutputTokens: 2_001, providerOptions: thinking }).body).toMatchObject({
      max_tokens: 2_001,
      thinking: { type: 'enabled', budget_tokens: 2_000 },
    });
    expect(() => asked('claude-sonnet-4-5', { maxOutputTokens: 2_000, providerOptions: thinking })).toThrow('More than 2000 is accepted.');
    const tooMuch = { thinking: { type: 'enabled', budgetTokens: 64_000 } };
    expect(() => asked('claude-sonnet-4-5', { maxOutputTokens: 90_000, providerOptions: tooMuch })).toThrow(
      'A smaller budget is accepted.',
    );
    expect(() => asked('claude-sonnet-4-5', { providerOptions: tooMuch })).toThrow('A smaller budget is accepted.');
    expect(asked('claude-opus-5-5', { maxOutputTokens: 2_000, providerOptions: thinking }).body).toMatchObject({ max_tokens: 2_000 });
  });
});

describe('thinking', () => {
  const thought = (model: string, thinking: object, effort?: string) => {
    const { body, warnings } = asked(model, { maxOutputTokens: 9_000, providerOptions: { thinking, ...(effort && { effort }) } });
    return { thinking: body['thinking'], effort: Object(body['output_config']).effort as unknown, warned: warnings.length };
  };
  it.each<[string, object, string | undefined, object]>([
    [
      'claude-sonnet-4-5',
      { type: 'enabled', budgetTokens: 2_000 },
      undefined,
      { thinking: { type: 'enabled', budget_tokens: 2_000 }, warned: 0 },
    ],
    ['claude-sonnet-4-5', { type: 'enabled' }, undefined, { thinking: { type: 'enabled', budget_tokens: 1_024 }, warned: 1 }],
    [
      'claude-opus-4-6',
      { type: 'adaptive', display: 'omitted' },
      'max',
      { thinking: { type: 'adaptive', display: 'omitted' }, effort: 'max', warned: 0 },
    ],
    ['claude-sonnet-5', { type: 'disabled' }, 'max', { thinking: { type: 'disabled' }, effort: 'max', warned: 0 }],
    ['claude-opus-5', { type: 'disabled' }, 'max', { thinking: { type: 'disabled' }, effort: 'high', warned: 1 }],
    ['claude-haiku-5-5', { type: 'disabled' }, 'low', { thinking: { type: 'disabled' }, effort: 'low', warned: 0 }],
    ['claude-opus-5-5', { type: 'disabled' }, 'max', { thinking: undefined, effort: 'max', warned: 1 }],
    ['claude-fable-5', { type: 'enabled', budgetTokens: 2_000 }, undefined, { thinking: { type: 'adaptive' }, warned: 1 }],
    ['claude-sonnet-5-5', { type: 'disabled' }, 'xhigh', { thinking: { type: 'between_tools' }, effort: 'high', warned: 2 }],
    ['claude-opus-9', { type: 'enabled', budgetTokens: 2_000 }, undefined, { thinking: { type: 'adaptive' }, warned: 1 }],
    [
      'claude-opus-4-6',
      { blockBinding: { prefixMismatchBehavior: 'error' } },
      undefined,
      { thinking: { block_binding: { prefix_mismatch_behavior: 'error' } }, warned: 0 },
    ],
  ])('thinking of %s as %j with effort %s is what the model takes', (model, thinking, effort, expected) => {
    expect(thought(model, thinking, effort)).toMatchObject(expected);
  });

  it('thinking of a kind that there is not is refused with those that there are', () => {
    expect(() => thought('claude-opus-4-6', { type: 'loud' })).toThrow('Accepted: adaptive, enabled, disabled, between_tools.');
    expect(() => asked('claude-opus-4-6', { providerOptions: { thinking: 'loud' } })).toThrow(
      'The provider option thinking accepts an object.',
    );
  });

  it('thinking does not go with a tool that must be called, nor with sampling', () => {
    const providerOptions = { thinking: { type: 'enabled', budgetTokens: 2_000 } };
    const other = { ...tool, name: 'other' };
    const { body, warnings } = asked('claude-sonnet-4-5', {
      tools: [tool, other],
      toolChoice: { type: 'tool', name: 'weather' },
      temperature: 0.5,
      providerOptions,
    });
    expect(body).toMatchObject({ tools: [{ name: 'weather' }], tool_choice: { type: 'auto' } });
    expect(body['tools']).toHaveLength(1);
    expect(body).not.toHaveProperty('temperature');
    expect(warnings).toEqual([expect.stringContaining('support temperature;'), expect.stringContaining('support toolChoice;')]);
  });
});

describe('sampling', () => {
  it.each<[string, Partial<CompletionRequest>, object, number]>([
    ['claude-sonnet-4-5', { temperature: 0.5 }, { temperature: 0.5 }, 0],
    ['claude-sonnet-4-5', { topP: 0.5 }, { top_p: 0.5 }, 0],
    ['claude-sonnet-4-5', { temperature: 0.5, topP: 0.5 }, { temperature: 0.5 }, 1],
    ['MiniMax-M2', { maxOutputTokens: 9, temperature: 0.5, topP: 0.5 }, { temperature: 0.5, top_p: 0.5 }, 0],
    ['claude-sonnet-4-5', { temperature: 1.5 }, { temperature: 1 }, 1],
    ['claude-sonnet-4-5', { providerOptions: { topK: 5 } }, { top_k: 5 }, 0],
    ['claude-opus-4-7', { temperature: 0.5, topP: 0.5, providerOptions: { topK: 5 } }, {}, 3],
  ])('sampling of %s with %j', (model, settings, expected, warned) => {
    const { body, warnings } = asked(model, settings);
    const { temperature, top_p, top_k } = body as { temperature?: unknown; top_p?: unknown; top_k?: unknown };
    expect(JSON.parse(JSON.stringify({ temperature, top_p, top_k }))).toEqual(expected);
    expect(warnings).toHaveLength(warned);
  });
});

describe('tools', () => {
  it.each<[CompletionRequest['toolChoice'], object]>([
    [{ type: 'auto' }, { type: 'auto' }],
    [{ type: 'required' }, { type: 'any' }],
    [{ type: 'none' }, { type: 'none' }],
    [
      { type: 'tool', name: 'weather' },
      { type: 'tool', name: 'weather' },
    ],
  ])('tools are chosen by %j as %j', (toolChoice, expected) => {
    expect(asked('claude-sonnet-4-5', { tools: [tool], toolChoice }).body['tool_choice']).toEqual(expected);
    const serial = asked('claude-sonnet-4-5', { tools: [tool], toolChoice, providerOptions: { disableParallelToolUse: true } });
    const mark = toolChoice.type === 'none' ? {} : { disable_parallel_tool_use: true };
    expect(serial.body['tool_choice']).toEqual({ ...expected, ...mark });
  });

  it('tools stream their input as it is written, where the answer is streamed and nothing says otherwise', () => {
    const isEager = (stream: boolean, providerOptions = {}): unknown =>
      Object(Object(asked('claude-sonnet-4-5', { tools: [tool], providerOptions }, stream).body['tools'])[0]).eager_input_streaming;
    expect([isEager(true), isEager(false), isEager(true, { toolStreaming: false })]).toEqual([true, undefined, undefined]);
  });
});

describe('the tool that takes the JSON', () => {
  const schema = { type: 'object', additionalProperties: true };
  const output = { format: 'json', schema } as const;
  it('the tool that takes the JSON stands beside the tools that may be called', () => {
    const named = (toolChoice: CompletionRequest['toolChoice']): unknown =>
      (asked('claude-sonnet-4-5', { output, tools: [tool, { ...tool, name: 'b' }], toolChoice }).body['tools'] as { name: string }[]).map(
        ({ name }) => name,
      );
    expect(named({ type: 'auto' })).toEqual(['weather', 'b', 'json']);
    expect(named({ type: 'tool', name: 'b' })).toEqual(['b', 'json']);
    expect(named({ type: 'none' })).toEqual(['json']);
  });

  it('the tool that takes the JSON has a name that no other tool has', () => {
    const settings = { output, tools: [{ ...tool, name: 'json' }] };
    expect(messagesSettings('claude-sonnet-4-5', completionRequest('Hi', settings))).toEqual({ jsonTool: 'json_1' });
  });

  it('the tool that takes the JSON is taken where a route asks for it, unless the model cannot be made to call it', () => {
    const closed = { type: 'object', properties: {}, additionalProperties: false };
    const request = completionRequest('Hi', {
      output: { format: 'json', schema: closed },
      providerOptions: { structuredOutputMode: 'jsonTool' },
    });
    expect(messagesSettings('claude-sonnet-4-5', request)).toEqual({ jsonTool: 'json' });
    expect(messagesSettings('claude-opus-5-5', request)).toEqual({ jsonTool: null });
    expect(messagesSettings('claude-3-haiku-20240307', { ...request, providerOptions: { structuredOutputMode: 'outputFormat' } })).toEqual({
      jsonTool: null,
    });
  });
});

describe('a grammar', () => {
  const text = { type: 'string' };
  const object = (properties: object, rest: object = {}) => ({ type: 'object', properties, ...rest });
  const optional = (count: number) => object(Object.fromEntries(Array.from({ length: count }, (_, at) => [`p${at}`, text])));
  it.each<[string, object, boolean]>([
    ['a closed object', object({ a: text }, { required: ['a'] }), true],
    ['a list', { type: 'array', items: text }, true],
    ['ten optional properties', optional(10), true],
    ['eleven optional properties', optional(11), false],
    [
      'optional properties at two references',
      object({ a: { $ref: '#/$defs/x' }, b: { $ref: '#/$defs/x' } }, { required: ['a', 'b'], $defs: { x: optional(5) } }),
      true,
    ],
    [
      'too many at two references',
      object({ a: { $ref: '#/$defs/x' }, b: { $ref: '#/$defs/x' } }, { required: ['a', 'b'], $defs: { x: optional(6) } }),
      false,
    ],
    ['a definition that nothing refers to', object({ a: text }, { required: ['a'], $defs: { x: optional(20) } }), true],
    ['an object of any fields', { type: 'object' }, false],
    ['a map', object({ a: object({}, { additionalProperties: text }) }), false],
    ['a map within a choice', { anyOf: [text, { type: ['object', 'null'] }] }, false],
    ['a reference to itself', object({ a: { $ref: '#' } }), false],
    [
      'a reference to itself by way of another',
      { $ref: '#/$defs/x', $defs: { x: object({ y: { $ref: '#/$defs/y' } }), y: object({ x: { $ref: '#/$defs/x' } }) } },
      false,
    ],
    ['a reference to nothing', object({ a: { $ref: '#/$defs/none' } }), true],
    ['a property with the name of a keyword', object({ $ref: text, additionalProperties: text }, { required: ['$ref'] }), true],
  ])('a grammar says what the schema says or not: %s', (_, schema, expected) => expect(hasGrammar({ ...schema })).toBe(expected));

  it('a grammar is looked for in a time that references do not multiply', () => {
    const $defs = Object.fromEntries(
      Array.from({ length: 60 }, (_, at) => [
        `x${at}`,
        object({ a: { $ref: `#/$defs/x${at + 1}` }, b: { $ref: `#/$defs/x${at + 1}` } }, { required: ['a', 'b'] }),
      ]),
    );
    expect(hasGrammar({ $ref: '#/$defs/x0', $defs })).toBe(true);
  });

  it('a grammar is asked for in the words that Anthropic takes, and with the others as a description', () => {
    const schema = object(
      {
        a: { type: 'string', format: 'date', pattern: '^2' },
        b: { oneOf: [{ type: 'integer', minimum: 3, description: 'How many.' }, { type: 'null' }] },
        c: { $ref: '#/$defs/c', description: 'gone' },
        d: { type: 'string', format: 'iri', default: 'x', examples: ['y'] },
      },
      { required: ['a'], $defs: { c: object({ $ref: { const: 1 } }) } },
    );
    expect(Object(asked('claude-sonnet-4-5', { output: { format: 'json', schema } }).body['output_config']).format.schema).toEqual({
      type: 'object',
      properties: {
        a: { type: 'string', format: 'date', description: '(pattern: "^2")' },
        b: { anyOf: [{ type: 'integer', description: 'How many.\n(minimum: 3)' }, { type: 'null' }] },
        c: { $ref: '#/$defs/c' },
        d: { type: 'string', default: 'x', description: '(format: iri)' },
      },
      required: ['a'],
      additionalProperties: false,
      $defs: { c: { type: 'object', properties: { $ref: { const: 1 } }, additionalProperties: false } },
    });
  });
});

describe('provider options', () => {
  it('provider options that there are not get a warning, and what they are', () => {
    expect(asked('claude-sonnet-4-5', { providerOptions: { reasoningEffort: 'low' } }).warnings).toEqual([
      'The provider option reasoningEffort is not one of the Messages API; it was left out.',
    ]);
  });

  it('provider options are fields of the body in the vendor’s spelling, with the betas that they need', () => {
    const { body, headers } = asked('claude-sonnet-4-5', {
      providerOptions: {
        cacheControl: { type: 'ephemeral', ttl: '1h' },
        metadata: { userId: 'u1' },
        mcpServers: [{ type: 'url', name: 'n', url: 'https://x', toolConfiguration: { allowedTools: ['aB'] } }],
        container: {
          skills: [
            { type: 'custom', providerReference: { anthropic: 'sk_1' } },
            { type: 'anthropic', skillId: 'pptx' },
          ],
        },
        contextManagement: { edits: [{ type: 'compact_20260112', pauseAfterCompaction: true }] },
        safeguards: [{ type: 'dangerous_tool_use', classifierContext: { aB: 1 } }],
        fallbacks: [{ model: 'm', max_tokens: 3 }],
        effort: 'low',
      },
    });
    expect(body).toMatchObject({
      cache_control: { type: 'ephemeral', ttl: '1h' },
      metadata: { user_id: 'u1' },
      mcp_servers: [{ type: 'url', name: 'n', url: 'https://x', tool_configuration: { allowed_tools: ['aB'] } }],
      container: {
        skills: [
          { type: 'custom', skill_id: 'sk_1' },
          { type: 'anthropic', skill_id: 'pptx' },
        ],
      },
      context_management: { edits: [{ type: 'compact_20260112', pause_after_compaction: true }] },
      safeguards: [{ type: 'dangerous_tool_use', classifier_context: { aB: 1 } }],
      fallbacks: [{ model: 'm', max_tokens: 3 }],
      output_config: { effort: 'low' },
    });
    expect(headers?.['anthropic-beta']?.split(',').toSorted()).toEqual([
      'code-execution-2025-08-25',
      'compact-2026-01-12',
      'context-management-2025-06-27',
      'dangerous-tool-use-2026-09-03',
      'files-api-2025-04-14',
      'mcp-client-2025-04-04',
      'server-side-fallback-2026-06-01',
      'skills-2025-10-02',
    ]);
  });
});
