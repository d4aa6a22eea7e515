/** Arbitrary parts of requests and answers, which the cases of the wire contract put together. */
import fc from 'fast-check';
import type { Chunk } from '../../src/core/chunk.ts';
import type { Usage } from '../../src/core/money.ts';
import { type CompletionRequest, type ContentPart, completionRequest, type Message, type Output } from '../../src/core/request/request.ts';
import type { Answer } from '../../src/wires/wire.ts';

/** Never empty. Line ends, quotes, halves of surrogate pairs and what looks like an event stream are among them. */
export const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc.constantFrom('\r\n', 'data: [DONE]\n\n', '</think>', '\u2028"\\', '👋🏽', ' ', '{}', '[]', 'null'),
);
export const name = fc.stringMatching(/^[a-z][a-z0-9_]{0,9}$/);
const field = fc.stringMatching(/^[a-z]\w{0,5}$/);

/** As it comes out of JSON: -0 is 0. */
const overJson = <Value>(value: Value): Value => JSON.parse(JSON.stringify(value)) as Value;
export const jsonValue = fc.jsonValue({ maxDepth: 2 }).map(overJson);
export const jsonObject: fc.Arbitrary<Record<string, unknown>> = fc.dictionary(field, jsonValue, { maxKeys: 3 });

/** Arguments as models write them: with blank space, and broken off. */
export const argumentsText = fc.tuple(jsonObject, fc.boolean(), fc.option(fc.nat({ max: 20 }))).map(([value, spaced, cut]) => {
  const whole = JSON.stringify(value, null, spaced ? 1 : 0);
  return cut === null ? whole : whole.slice(0, 1 + (cut % whole.length));
});
/** Where the wire has arguments as objects. */
export const argumentsObjectText = jsonObject.map((value) => JSON.stringify(value));

const base64 = fc.uint8Array({ minLength: 1, maxLength: 9 }).map((bytes) => Buffer.from(bytes).toString('base64'));
export const image: fc.Arbitrary<ContentPart> = fc.record({
  type: fc.constant('image' as const),
  base64,
  mediaType: fc.constantFrom('image/png', 'image/jpeg'),
});
export const fileOf = (mediaType: string, fileName: fc.Arbitrary<string | null>): fc.Arbitrary<ContentPart> =>
  fc.record({ type: fc.constant('file' as const), base64, mediaType: fc.constant(mediaType), name: fileName });
export const textPart = text.map((one): ContentPart => ({ type: 'text', text: one }));

export const usage: fc.Arbitrary<Usage> = fc.record({
  freshInputTokens: fc.integer({ min: 1, max: 1e6 }),
  cacheReadTokens: fc.nat({ max: 1e6 }),
  cacheWriteTokens: fc.nat({ max: 1e6 }),
  outputTokens: fc.nat({ max: 1e6 }),
  reasoningTokens: fc.nat({ max: 1e6 }),
});

const tool = fc.record({
  name,
  description: fc.option(text),
  parameters: jsonObject.map((properties) => ({ type: 'object', properties })),
});

/** Tools with names of their own, and a choice of them. */
const tools: fc.Arbitrary<Pick<CompletionRequest, 'tools' | 'toolChoice'>> = fc
  .tuple(
    fc.uniqueArray(tool, { maxLength: 3, selector: (one) => one.name }),
    fc.constantFrom('auto' as const, 'none' as const, 'required' as const, 'tool' as const),
    fc.nat(),
  )
  .map(([declared, type, at]) => {
    const chosen = declared[at % Math.max(1, declared.length)];
    if (chosen === undefined) return { tools: [], toolChoice: { type: 'auto' } };
    return { tools: declared, toolChoice: type === 'tool' ? { type, name: chosen.name } : { type } };
  });

const output: fc.Arbitrary<Output> = fc.oneof(
  fc.constant<Output>({ format: 'text' }),
  fc.constant<Output>({ format: 'json', schema: null }),
  jsonObject.map((properties): Output => ({ format: 'json', schema: { type: 'object', properties } })),
);
/** Exact in decimal and never -0. */
export const fraction = fc.nat({ max: 200 }).map((hundredths) => hundredths / 100);

export interface TurnShapes {
  readonly user: fc.Arbitrary<ContentPart>;
  /** Everything that an assistant message says before its calls. */
  readonly said: fc.Arbitrary<readonly ContentPart[]>;
  readonly callArguments: fc.Arbitrary<unknown>;
  readonly callOpaque: fc.Arbitrary<string | undefined>;
  readonly result: fc.Arbitrary<Pick<Extract<ContentPart, { type: 'tool-result' }>, 'content' | 'isError'>>;
}

/** A history that hangs together: each call has its result in the tool message behind it. */
export function histories({ user, said, callArguments, callOpaque, result }: TurnShapes): fc.Arbitrary<readonly Message[]> {
  const call = fc.record({ name, args: callArguments, opaque: callOpaque, result });
  const turn = fc.record({
    asked: fc.array(user, { minLength: 1, maxLength: 3 }),
    answered: fc.option(fc.record({ said, calls: fc.array(call, { maxLength: 2 }) })),
  });
  return fc.tuple(fc.array(text, { maxLength: 2 }), fc.array(turn, { minLength: 1, maxLength: 3 })).map(([system, turns]) => {
    let ids = 0;
    const messages = turns.flatMap(({ asked, answered }): Message[] => {
      const calls = (answered?.calls ?? []).map((one) => ({ ...one, id: `call_${ids++}` }));
      const parts: ContentPart[] = [
        ...(answered?.said ?? []),
        ...calls.map(
          ({ id, name: called, args, opaque }): ContentPart => ({
            type: 'tool-call',
            id,
            name: called,
            arguments: args,
            ...(opaque === undefined ? {} : { opaque }),
          }),
        ),
      ];
      const results = calls.map(({ id, result: told }): ContentPart => ({ type: 'tool-result', callId: id, ...told }));
      return [
        { role: 'user', content: asked },
        ...(parts.length === 0 ? [] : [{ role: 'assistant', content: parts } as const]),
        ...(results.length === 0 ? [] : [{ role: 'tool', content: results } as const]),
      ];
    });
    return [...system.map((one): Message => ({ role: 'system', content: [{ type: 'text', text: one }] })), ...messages];
  });
}

type Settings = Omit<CompletionRequest, 'kind' | 'messages' | 'maxInputTokens'>;

export const requests = (
  messages: fc.Arbitrary<readonly Message[]>,
  settings: { readonly [Name in keyof Settings]?: fc.Arbitrary<Settings[Name]> },
): fc.Arbitrary<CompletionRequest> => {
  const { tools: _tools, toolChoice: _choice, ...own } = settings;
  return fc
    .tuple(
      messages,
      tools,
      fc.record({
        maxOutputTokens: fc.option(fc.integer({ min: 1, max: 1e6 })),
        temperature: fc.option(fraction),
        topP: fc.option(fraction),
        seed: fc.option(fc.nat()),
        stop: fc.array(text, { maxLength: 2 }),
        output,
        ...own,
      } as { readonly [Name in keyof Omit<Settings, 'tools' | 'toolChoice'>]: fc.Arbitrary<Settings[Name]> }),
    )
    .map(([history, offered, given]) => completionRequest(history, { ...given, ...offered }));
};

/** What an answer says, before its calls and its end. */
export type Saying = Extract<Chunk, { type: 'text' | 'reasoning' }>;

export interface AnswerShapes {
  readonly said: fc.Arbitrary<readonly Saying[]>;
  readonly callArguments: fc.Arbitrary<string>;
  readonly callOpaque: fc.Arbitrary<string | undefined>;
  readonly usage: fc.Arbitrary<Usage>;
}

/** An answer that ended as its content allows: nothing said is no answer, unless the maximum or a filter explains it. */
export function answers({ said, callArguments, callOpaque, usage: counted }: AnswerShapes): fc.Arbitrary<Answer> {
  const call = fc.record({ name, args: callArguments, opaque: callOpaque });
  return fc
    .tuple(said, fc.array(call, { maxLength: 3 }), fc.constantFrom('length', 'content-filter', null, null, null), fc.option(counted))
    .map(([sayings, calls, early, used]): Answer => {
      const usual = calls.length > 0 ? 'tool-calls' : sayings.some(({ type }) => type === 'text') ? 'stop' : 'length';
      const made = calls.map(
        ({ name: called, args, opaque }, at): Chunk => ({
          type: 'tool-call',
          id: `call_${at}`,
          name: called,
          argumentsText: args,
          done: true,
          ...(opaque === undefined ? {} : { opaque }),
        }),
      );
      return { chunks: [...sayings, ...made, { type: 'finish', reason: early ?? usual }], usage: used };
    });
}
