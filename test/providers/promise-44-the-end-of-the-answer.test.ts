/**
 * The fault matrix: every way in which the answer of a vendor can end, over real sockets, on every wire, asked whole and as a stream,
 * and answered in either form. An ending has one outcome, whoever the vendor is.
 */

import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { chunkByChunk } from '../../src/core/batch.ts';
import { type Chunk, emptyCompletion, withChunk } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import { completionRequest } from '../../src/core/request/request.ts';
import { sendOptions } from '../contracts/provider.ts';
import { type RawReply, rawUpstream } from '../raw-upstream.ts';
import { anthropic, compatible, type Dialect, google, openai } from './dialects.ts';

const said = 'Hello wörld. 👋';

interface Vendor {
  readonly dialect: Dialect;
  /** The whole answer as one JSON: 10 tokens in, 2 out. */
  readonly whole: object;
}
const vendors: Readonly<Record<string, Vendor>> = {
  'Chat Completions': {
    dialect: compatible,
    whole: {
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: said }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 },
    },
  },
  Responses: {
    dialect: openai,
    whole: {
      object: 'response',
      status: 'completed',
      output: [{ id: 'msg_1', type: 'message', role: 'assistant', content: [{ type: 'output_text', text: said, annotations: [] }] }],
      usage: { input_tokens: 10, output_tokens: 2, total_tokens: 12 },
    },
  },
  Messages: {
    dialect: anthropic,
    whole: {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'text', text: said }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 10, output_tokens: 2 },
    },
  },
  Gemini: {
    dialect: google,
    whole: {
      candidates: [{ index: 0, content: { parts: [{ text: said }], role: 'model' }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 2, totalTokenCount: 12 },
    },
  },
};

type Form = 'stream' | 'whole';

/** What a vendor would send: in front of the place where an answer breaks off, between that and its end, and what belongs to neither. */
interface Material {
  readonly form: Form;
  readonly head: Buffer;
  readonly rest: Buffer;
  readonly dialect: Dialect;
}

function materialOf({ dialect, whole }: Vendor, form: Form): Material {
  if (form === 'whole') {
    const text = Buffer.from(JSON.stringify(whole));
    // In the middle of a character.
    const middle = text.indexOf('ö') + 1;
    return { form, head: text.subarray(0, middle), rest: text.subarray(middle), dialect };
  }
  const [first, second] = [said.slice(0, 6), said.slice(6)];
  const piece = Buffer.from(dialect.says(second));
  return {
    form,
    head: Buffer.from(dialect.begins + dialect.says(first)),
    rest: Buffer.concat([piece, Buffer.from(dialect.ends)]),
    dialect,
  };
}

const types: Readonly<Record<Form, string>> = { stream: 'text/event-stream', whole: 'application/json' };
const reply = ({ form }: Material, pieces: RawReply['pieces'] = [], rest: Partial<RawReply> = {}): RawReply => ({
  pieces,
  ...rest,
  headers: { 'content-type': types[form], ...rest.headers },
});
const long = { 'content-length': '100000' };
/** More than is read of a socket at once. */
const large = Buffer.from(`: ${'-'.repeat(1_000)}\n\n`.repeat(1_000));
const gzipped = { 'content-encoding': 'gzip' };

interface Ending {
  readonly what: string;
  readonly reply: (material: Material) => RawReply;
  /** Default: both. */
  readonly form?: Form;
}

const behindTheAnswer: readonly Ending[] = [
  { what: 'the body ends', reply: (m) => reply(m, [m.head, m.rest]) },
  { what: 'the connection ends without the last chunk', reply: (m) => reply(m, [m.head, m.rest], { ending: 'close' }) },
  { what: 'the connection is reset', reply: (m) => reply(m, [m.head, m.rest], { ending: 'reset' }) },
  { what: 'the connection stays open', reply: (m) => reply(m, [m.head, m.rest], { ending: 'hang' }) },
  {
    what: 'the connection ends before the length that was told',
    reply: (m) => reply(m, [m.head, m.rest], { headers: long, ending: 'close' }),
  },
  {
    what: 'the connection is reset before the length that was told',
    reply: (m) => reply(m, [m.head, m.rest], { headers: long, ending: 'reset' }),
  },
  { what: 'the length that was told never comes', reply: (m) => reply(m, [m.head, m.rest], { headers: long, ending: 'hang' }) },
  {
    what: 'all came in one piece and the connection is reset',
    reply: (m) => reply(m, [Buffer.concat([m.head, m.rest])], { ending: 'reset' }),
  },
  {
    what: 'it was large and the connection ends',
    reply: (m) => reply(m, [m.head, large, m.rest], { ending: 'close' }),
    form: 'stream',
  },
  {
    what: 'it was large, came in one piece and the connection ends before the length that was told',
    reply: (m) => reply(m, [Buffer.concat([m.head, large, m.rest])], { headers: { 'content-length': '9000000' }, ending: 'close' }),
    form: 'stream',
  },
  { what: 'it was compressed', reply: (m) => reply(m, [gzipSync(Buffer.concat([m.head, m.rest]))], { headers: gzipped }) },
  {
    what: 'the compressed body lacks its end',
    reply: (m) => reply(m, [gzipSync(Buffer.concat([m.head, m.rest])).subarray(0, -8)], { headers: gzipped }),
  },
  {
    what: 'the compressed body lacks its end and the connection is reset',
    reply: (m) => reply(m, [gzipSync(Buffer.concat([m.head, m.rest])).subarray(0, -8)], { headers: gzipped, ending: 'reset' }),
  },
  { what: 'blank space follows', reply: (m) => reply(m, [m.head, m.rest, '\r\n \n\n']) },
  { what: 'the content type is another one', reply: (m) => reply(m, [m.head, m.rest], { headers: { 'content-type': 'text/plain' } }) },
  { what: 'a comment follows, and silence', reply: (m) => reply(m, [m.head, m.rest, ': bye\n\n'], { ending: 'hang' }), form: 'stream' },
  { what: 'half a character follows', reply: (m) => reply(m, [m.head, m.rest, Buffer.of(0xf0, 0x9f)]), form: 'stream' },
  { what: 'half an event follows', reply: (m) => reply(m, [m.head, m.rest, 'data: {"x'], { ending: 'reset' }), form: 'stream' },
  { what: 'an error follows', reply: (m) => reply(m, [m.head, m.rest, m.dialect.errorEvent]), form: 'stream' },
  { what: 'what follows cannot be read', reply: (m) => reply(m, [m.head, m.rest, 'data: {"oops": \n\n']), form: 'stream' },
];

const inTheMiddle: readonly Ending[] = [
  { what: 'the body ends', reply: (m) => reply(m, [m.head]) },
  { what: 'the connection ends', reply: (m) => reply(m, [m.head], { ending: 'close' }) },
  { what: 'the connection is reset', reply: (m) => reply(m, [m.head], { ending: 'reset' }) },
  { what: 'the connection ends before the length that was told', reply: (m) => reply(m, [m.head], { headers: long, ending: 'close' }) },
  { what: 'the compressed body is cut', reply: (m) => reply(m, [gzipSync(m.head, { finishFlush: 2 })], { headers: gzipped }) },
  {
    what: 'the compressed body is cut and the connection is reset',
    reply: (m) => reply(m, [gzipSync(m.head, { finishFlush: 2 })], { headers: gzipped, ending: 'reset' }),
  },
  { what: 'the body ends in a character', reply: (m) => reply(m, [m.head, m.rest.subarray(0, m.rest.indexOf(0xc3) + 1)]), form: 'stream' },
  { what: 'the body ends in an event', reply: (m) => reply(m, [m.head, m.rest.subarray(0, 30)]), form: 'stream' },
  {
    what: 'the connection ends in an event',
    reply: (m) => reply(m, [m.head, m.rest.subarray(0, 30)], { ending: 'close' }),
    form: 'stream',
  },
  { what: 'an error comes', reply: (m) => reply(m, [m.head, m.dialect.errorEvent]), form: 'stream' },
  { what: 'an event cannot be read', reply: (m) => reply(m, [m.head, 'data: {"oops": \n\n', m.rest]), form: 'stream' },
];

const beforeTheAnswer: readonly Ending[] = [
  { what: 'the connection is reset', reply: (m) => reply(m, [], { ending: 'reset' }) },
  { what: 'the connection ends', reply: (m) => reply(m, [], { ending: 'close' }) },
  { what: 'the connection is reset behind the head', reply: (m) => reply(m, [], { ending: 'reset', headFirst: true }) },
  { what: 'the connection ends behind the head', reply: (m) => reply(m, [], { ending: 'close', headFirst: true }) },
  { what: 'the body is empty', reply: (m) => reply(m) },
  { what: 'the body has the length 0', reply: (m) => reply(m, [], { headers: { 'content-length': '0' } }) },
  { what: 'the body is blank', reply: (m) => reply(m, ['\n\n']) },
  { what: 'there is no body, as its status says', reply: (m) => reply(m, [], { status: 204 }) },
  {
    what: 'a page comes',
    reply: (m) => reply(m, ['<!doctype html>\n<html><body>Busy.</body></html>'], { headers: { 'content-type': 'text/html' } }),
  },
  { what: 'a sentence comes', reply: (m) => reply(m, ['upstream connect error'], { headers: { 'content-type': 'text/plain' } }) },
  { what: 'an error comes', reply: (m) => ({ ...m.dialect.refuses('overloaded'), status: 200 }) },
  { what: 'an error event comes', reply: (m) => reply(m, [m.dialect.begins, m.dialect.errorEvent]), form: 'stream' },
  { what: 'an event cannot be read', reply: (m) => reply(m, [m.dialect.begins, 'data: {"oops": \n\n', m.rest]), form: 'stream' },
  { what: 'an empty object comes', reply: (m) => reply(m, ['{}']) },
  { what: 'an empty list comes', reply: (m) => reply(m, ['[]']) },
  { what: 'nothing is said', reply: (m) => reply(m, [m.dialect.empty]), form: 'stream' },
  { what: 'what is compressed is none', reply: (m) => reply(m, [m.head, m.rest], { headers: gzipped }) },
  { what: 'the compressed body is empty', reply: (m) => reply(m, [], { headers: gzipped }) },
];

/** Each test has its own, so that they wait at the same time. */
async function openUpstream(reply: RawReply) {
  const upstream = await rawUpstream();
  upstream.plays(reply);
  return { url: upstream.url, [Symbol.asyncDispose]: () => upstream.close() };
}

const modes = (['stream', 'whole'] as const).flatMap((asked) => (['stream', 'whole'] as const).map((form) => [asked, form] as const));

describe.each(Object.keys(vendors))('%s', (name) => {
  const vendor = vendors[name] ?? expect.unreachable();

  async function outcome(played: RawReply, asked: Form, limitMs = 60_000, firstChunkMs = limitMs) {
    await using upstream = await openUpstream(played);
    const { model, provider: make } = vendor.dialect;
    const provider = make(upstream.url);
    const options = sendOptions(model, { firstChunkMs, idleMs: limitMs });
    const request = completionRequest('Say hi.');
    const chunks: Chunk[] = [];
    try {
      if (asked === 'stream') for await (const chunk of chunkByChunk(provider.send(request, options))) chunks.push(chunk);
      else chunks.push(...((await provider.answer?.(request, { ...options, withinMs: limitMs })) ?? []));
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const { text } = chunks.reduce(withChunk, emptyCompletion);
      return { text, code: error.code, retryable: error.retryable, phase: error.details.phase };
    }
    const { text, finishReason, warnings } = chunks.reduce(withChunk, emptyCompletion);
    return { text, finishReason, warnings, reported: options.reported };
  }

  describe.each(modes)('asked as a %s, answered as a %s', (asked, form) => {
    const material = materialOf(vendor, form);
    const rowsOf = (rows: readonly Ending[]) => rows.filter((row) => row.form === undefined || row.form === form);
    const answer = {
      text: said,
      finishReason: 'stop',
      warnings: [],
      reported: [{ freshInputTokens: 10, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens: 2, reasoningTokens: 0 }],
    };
    const unavailable = { code: 'MODEL_UNAVAILABLE', retryable: true };
    // Of an answer that is asked whole nobody is shown the beginning.
    const broken =
      form === 'stream' && asked === 'stream' ? { text: said.slice(0, 6), phase: 'mid-stream' } : { text: '', phase: 'before-content' };

    it.concurrent.each(rowsOf(behindTheAnswer))('what a vendor sent is the answer where, behind it, $what', async (ending) => {
      expect(await outcome(ending.reply(material), asked)).toEqual(answer);
    });

    it.concurrent.each(rowsOf(inTheMiddle))(
      'what a vendor sent is a failure that may be repeated where, in the middle, $what',
      async (ending) => {
        expect(await outcome(ending.reply(material), asked)).toEqual({ ...unavailable, ...broken });
      },
    );

    it.concurrent.each(rowsOf(beforeTheAnswer))(
      'what a vendor sent is a failure that may be repeated where, before a word, $what',
      async (ending) => {
        expect(await outcome(ending.reply(material), asked)).toEqual({ ...unavailable, text: '', phase: 'before-content' });
      },
    );

    it.concurrent('what a vendor sent is a stall where, in the middle, the connection falls silent', async () => {
      const firstChunkMs = broken.phase === 'mid-stream' ? 60_000 : 150;
      expect(await outcome(reply(material, [material.head], { ending: 'hang' }), asked, 150, firstChunkMs)).toEqual({
        code: 'STREAM_STALLED',
        retryable: true,
        ...broken,
      });
    });

    it.concurrent('what a vendor sent is a stall where nothing comes behind the head', async () => {
      expect(await outcome(reply(material, [], { ending: 'hang' }), asked, 150)).toEqual({
        code: 'STREAM_STALLED',
        retryable: true,
        text: '',
        phase: 'before-content',
      });
    });
  });
});
