/**
 * What every wire promises, in both directions: decoding undoes encoding, whole and streamed, however bytes are cut and whatever stands
 * between the events; and nothing that a server or a client can send does more than be refused.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Chunk } from '../../src/core/chunk.ts';
import { GatewayError } from '../../src/core/errors.ts';
import type { CompletionRequest } from '../../src/core/request/request.ts';
import { readBody } from '../../src/wires/read-streamed-body.ts';
import type { Answer, AnswerHead, Wire } from '../../src/wires/wire.ts';
import { WireFailure } from '../../src/wires/wire-failure.ts';
import { perRound } from '../rounds.ts';
import { jsonValue } from './wire-values.ts';

export interface WireCase<Settings> {
  readonly wire: Wire<Settings>;
  readonly settings: Settings;
  readonly model: string;
  /** Requests that the wire can say without loss. */
  readonly requests: fc.Arbitrary<CompletionRequest>;
  /** Answers that the wire can say without loss. */
  readonly answers: fc.Arbitrary<Answer>;
  /** What a door adds to a body from the path of the request; default: nothing. */
  addressed?(
    body: Readonly<Record<string, unknown>>,
    how: { readonly model: string; readonly stream: boolean },
  ): Readonly<Record<string, unknown>>;
  /** A chunk without the ids that the wire's own writer gives to it; null: nothing of it is left. Default: the chunk. */
  withoutOwnIds?(chunk: Chunk): Chunk | null;
}

const head: AnswerHead = { id: 'resp_1', model: 'm', created: 1_761_000_000, includeUsage: true };
const bytesOf = (written: string): Uint8Array => new TextEncoder().encode(written);
const overTheNetwork = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

/** Numbers from a list that goes round, so that cases shrink. */
const dice = fc.array(fc.nat({ max: 1_000_000 }), { minLength: 1, maxLength: 30 }).map((numbers) => {
  let at = 0;
  return (below: number): number => (numbers[at++ % numbers.length] ?? 0) % Math.max(1, below);
});
type Dice = (below: number) => number;

/** The answer as a provider streams it: texts and arguments in pieces, an opaque part behind what it belongs to. */
function streamed({ chunks }: Answer, roll: Dice): readonly Chunk[] {
  const pieces = (whole: string): string[] => {
    const cut = roll(whole.length + 1);
    return [whole.slice(0, cut), whole.slice(cut)].filter((piece) => piece !== '');
  };
  return chunks.flatMap((chunk): readonly Chunk[] => {
    switch (chunk.type) {
      case 'text':
        return pieces(chunk.text).map((piece): Chunk => ({ type: 'text', text: piece }));
      case 'reasoning': {
        const said = pieces(chunk.text).map((piece): Chunk => ({ type: 'reasoning', text: piece }));
        return chunk.opaque === undefined ? said : [...said, { type: 'reasoning', text: '', opaque: chunk.opaque }];
      }
      case 'tool-call': {
        const { id, name } = chunk;
        const piece = (argumentsText: string): Chunk => ({ type: 'tool-call', id, name, argumentsText, done: false });
        return [piece(''), ...pieces(chunk.argumentsText).map(piece), chunk];
      }
      default:
        return [chunk];
    }
  });
}

/** As one socket read would bring them. */
function batches(chunks: readonly Chunk[], roll: Dice): readonly (readonly Chunk[])[] {
  const all: Chunk[][] = [[]];
  for (const chunk of chunks) {
    if (roll(2) === 0) all.push([]);
    all.at(-1)?.push(chunk);
  }
  return all;
}

function written<Settings>(wire: Wire<Settings>, answer: Answer, roll: Dice): string {
  const encoder = wire.encodeEvents(head);
  return (
    encoder.start() +
    batches(streamed(answer, roll), roll)
      .map((batch) => encoder.take(batch))
      .join('') +
    encoder.end(answer.usage)
  );
}

const noises = [
  ': keep-alive\n\n',
  'data:\n\n',
  'data: \n\n',
  'event: ping\ndata: {}\n\n',
  'event: ping\ndata: {"type":"ping"}\n\n',
  'event: ping\ndata: pong\n\n',
  'event: brand_new\ndata: {"type":"brand_new","x":[1]}\n\n',
  'data: {"type":"brand_new"}\n\n',
  'data: null\n\n',
  'id: 7\nretry: 100\n\n',
  '\n\n',
];

/** The events with more between them, and with fields that nobody knows. */
function disturbed(stream: string, roll: Dice): string {
  const events = stream.split('\n\n').slice(0, -1);
  const noise = (): string => (roll(3) === 0 ? (noises[roll(noises.length)] ?? '') : '');
  const withFields = (event: string): string =>
    event.replace(/^data: (\{.*\})$/m, (_all, data: string) => {
      const fields = roll(2) === 0 ? {} : { x_new: { deep: [1] }, error: null };
      return `data: ${JSON.stringify({ ...(JSON.parse(data) as object), ...fields })}`;
    });
  const lineEnd = ['\n', '\r', '\r\n'][roll(3)] ?? '\n';
  const text = events.map((event) => `${noise()}${withFields(event)}\n\n`).join('');
  return `${roll(2) === 0 ? '\ufeff' : ''}${text.replaceAll('\n', lineEnd)}`;
}

/** The bytes in pieces, which may cut characters and line ends. */
function* cut(bytes: Uint8Array, roll: Dice): Generator<Uint8Array> {
  const longest = Math.max([1, 5, 60, bytes.length + 1][roll(4)] ?? 1, bytes.length / 1_000);
  for (let from = 0; from < bytes.length; ) {
    const to = from + 1 + roll(Math.ceil(longest));
    yield bytes.subarray(from, to);
    from = to;
  }
}

interface Read {
  readonly chunks: readonly Chunk[];
  readonly usage: Answer['usage'];
  /** What it ended with; null: it ended well. */
  readonly failure: unknown;
}

/** Reads as a provider does: what was said before a failure was said. */
function read<Settings>({ wire, settings }: Pick<WireCase<Settings>, 'wire' | 'settings'>, pieces: Iterable<Uint8Array>): Read {
  const body = readBody(
    () => wire.decodeEvents(settings),
    (whole) => wire.decodeAnswer(whole, settings),
  );
  const chunks: Chunk[] = [];
  try {
    for (const piece of pieces) {
      if (body.ended()) break;
      chunks.push(...body.push(piece));
      if (body.failure() !== null) throw body.failure();
    }
    if (!body.ended()) chunks.push(...body.end());
    return { chunks, usage: body.usage(), failure: body.failure() };
  } catch (failure) {
    return { chunks, usage: body.usage(), failure };
  }
}

/** The chunks of a stream as those of a whole answer. */
function whole(chunks: readonly Chunk[], withoutOwnIds: (chunk: Chunk) => Chunk | null): readonly Chunk[] {
  const joined: Chunk[] = [];
  for (const given of chunks) {
    const chunk = given.type === 'tool-call' && !given.done ? null : withoutOwnIds(given);
    if (chunk === null) continue;
    const last = joined.at(-1);
    const goesOn =
      (chunk.type === 'text' && last?.type === 'text') ||
      (chunk.type === 'reasoning' && last?.type === 'reasoning' && last.opaque === undefined && !isOfText(chunk));
    if (goesOn) joined.splice(-1, 1, { ...chunk, text: last.text + chunk.text });
    else joined.push(chunk);
  }
  return joined;
}

const isOfText = (chunk: Extract<Chunk, { type: 'reasoning' }>): boolean =>
  chunk.opaque !== undefined && (JSON.parse(chunk.opaque) as { readonly of?: unknown }).of === 'text';

const textIn = (chunks: readonly Chunk[]): string => chunks.map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');

/** The JSON with one of its values replaced, taken out or doubled. */
function mutated(value: unknown, roll: Dice, other: unknown): unknown {
  if (typeof value !== 'object' || value === null || roll(6) === 0) return other;
  if (Array.isArray(value)) {
    const at = roll(value.length);
    const list = value as readonly unknown[];
    if (list.length === 0 || roll(5) === 0) return [...list, other];
    if (roll(5) === 0) return list.toSpliced(at, 1);
    return list.with(at, mutated(list[at], roll, other));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return { x: other };
  const at = roll(entries.length);
  const [name = 'x', inner] = entries[at] ?? [];
  return Object.fromEntries(roll(6) === 0 ? entries.toSpliced(at, 1) : entries.with(at, [name, mutated(inner, roll, other)]));
}

/** Values that stand where others are expected. */
const stranger = fc.oneof(
  jsonValue,
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1e21,
    true,
    [],
    {},
    [null],
    [[]],
    '__proto__',
    'constructor',
    'response.__proto__.delta',
    'constructor.x',
  ),
);

const runs = { numRuns: perRound(25, 500) };

export function wireCodecContract<Settings>(title: string, given: WireCase<Settings>): void {
  const { wire, settings, model, requests, answers, addressed = (body) => body, withoutOwnIds = (chunk) => chunk } = given;
  const wholeOf = (chunks: readonly Chunk[]): readonly Chunk[] => whole(chunks, withoutOwnIds);
  const expectAnswer = (got: Read, answer: Answer): void => {
    if (got.failure !== null) throw got.failure;
    expect(wholeOf(got.chunks)).toEqual(answer.chunks);
    expect(got.usage).toEqual(answer.usage);
  };

  describe(`the wire ${title}`, () => {
    it(`the wire ${title} reads the request that it wrote`, () => {
      fc.assert(
        fc.property(requests, fc.boolean(), (request, stream) => {
          const { body, warnings } = wire.encodeRequest(request, { ...settings, model, stream });
          expect(warnings).toEqual([]);
          expect(wire.decodeRequest(overTheNetwork(addressed(body, { model, stream })))).toEqual({
            model,
            stream,
            includeUsage: expect.any(Boolean),
            request,
          });
        }),
        runs,
      );
    });

    it(`the wire ${title} reads the whole answer that it wrote`, () => {
      fc.assert(
        fc.property(answers, (answer) => {
          const read = wire.decodeAnswer(overTheNetwork(wire.encodeAnswer(answer, head)), settings);
          expectAnswer({ ...read, failure: null }, answer);
        }),
        runs,
      );
    });

    it(`the wire ${title} reads the stream that it wrote, however its bytes are cut and whatever stands between its events`, () => {
      fc.assert(
        fc.property(answers, dice, (answer, roll) => {
          const stream = disturbed(written(wire, answer, roll), roll);
          expectAnswer(read(given, cut(bytesOf(stream), roll)), answer);
        }),
        runs,
      );
    });

    it(`the wire ${title} tells arguments and texts in pieces that are the whole`, () => {
      fc.assert(
        fc.property(answers, dice, (answer, roll) => {
          const { chunks } = read(given, cut(bytesOf(written(wire, answer, roll)), roll));
          for (const call of chunks) {
            if (call.type !== 'tool-call' || !call.done) continue;
            const pieces = chunks.filter((chunk) => chunk.type === 'tool-call').filter(({ id, done }) => id === call.id && !done);
            expect(pieces.map(({ argumentsText }) => argumentsText).join('')).toBe(call.argumentsText);
          }
          expect(chunks.filter(({ type }) => type === 'finish')).toHaveLength(1);
          expect(chunks.at(-1)?.type).toBe('finish');
        }),
        runs,
      );
    });

    it(`the wire ${title} reads a whole answer where a stream was asked for`, () => {
      fc.assert(
        fc.property(answers, dice, (answer, roll) => {
          expectAnswer(read(given, cut(bytesOf(JSON.stringify(wire.encodeAnswer(answer, head))), roll)), answer);
        }),
        runs,
      );
    });

    it(`the wire ${title} takes a stream that breaks off for cut, unless the answer was complete by then`, () => {
      fc.assert(
        fc.property(answers, dice, fc.nat(), (answer, roll, place) => {
          const bytes = bytesOf(written(wire, answer, roll));
          const got = read(given, cut(bytes.subarray(0, place % bytes.length), roll));
          expect(textIn(answer.chunks).startsWith(textIn(got.chunks).replace(/[\ufffd]+$/, ''))).toBe(true);
          if (got.failure !== null) {
            expect(got.failure).toBeInstanceOf(WireFailure);
            expect(got.failure).toMatchObject({ kind: 'cut' });
          } else {
            expect(wholeOf(got.chunks)).toEqual(answer.chunks);
            expect([null, answer.usage]).toContainEqual(got.usage);
          }
        }),
        runs,
      );
    });

    it(`the wire ${title} takes a whole answer that breaks off for cut`, () => {
      fc.assert(
        fc.property(answers, dice, fc.nat(), (answer, roll, place) => {
          const bytes = bytesOf(JSON.stringify(wire.encodeAnswer(answer, head)));
          expect(read(given, cut(bytes.subarray(0, place % bytes.length), roll)).failure).toMatchObject({ kind: 'cut' });
        }),
        runs,
      );
    });

    it(`the wire ${title} says what failed in the middle, and reads it as a failure`, () => {
      const encoder = wire.encodeEvents(head);
      const stream =
        encoder.start() + encoder.take([{ type: 'text', text: 'Hi' }]) + encoder.fail(new GatewayError('MODEL_UNAVAILABLE', 'Gone.'));
      const got = read(given, [bytesOf(stream)]);
      expect(textIn(got.chunks)).toBe('Hi');
      expect(got.failure).toMatchObject({ kind: 'refused' });
    });

    it(`the wire ${title} refuses in a body that is read as a refusal, with an HTTP status of failure`, () => {
      const { status, body } = wire.encodeFailure(new GatewayError('MODEL_UNAVAILABLE', 'Gone.'));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(JSON.stringify(body)).toContain('Gone.');
      expect(() => wire.decodeAnswer(overTheNetwork(body), settings)).toThrow(expect.objectContaining({ kind: 'refused' }));
    });

    it(`the wire ${title} throws nothing but its own failures for answers and streams with strange values`, () => {
      fc.assert(
        fc.property(answers, dice, fc.array(stranger, { minLength: 1, maxLength: 3 }), (answer, roll, strangers) => {
          const body = strangers.reduce((sofar, one) => mutated(sofar, roll, one), overTheNetwork(wire.encodeAnswer(answer, head)));
          expectOwn(() => wire.decodeAnswer(body, settings));
          const stream = written(wire, answer, roll).replace(/^data: (\{.*\})$/gm, (event, data: string) =>
            roll(3) === 0 ? `data: ${JSON.stringify(mutated(JSON.parse(data), roll, strangers[0]))}` : event,
          );
          expectOwnFailure(read(given, cut(bytesOf(stream), roll)).failure);
        }),
        runs,
      );
    });

    it(`the wire ${title} throws nothing but its own failures for a value that is nested too deep to be written, wherever it stands`, () => {
      const marker = '"@deep@"';
      const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
      fc.assert(
        fc.property(answers, dice, (answer, roll) => {
          const body = JSON.stringify(mutated(overTheNetwork(wire.encodeAnswer(answer, head)), roll, '@deep@')).replace(marker, deep);
          expectOwn(() => wire.decodeAnswer(JSON.parse(body), settings));
          const stream = written(wire, answer, () => 1).replace(/^data: (\{.*\})$/gm, (event, data: string) =>
            roll(3) === 0 ? `data: ${JSON.stringify(mutated(JSON.parse(data), roll, '@deep@')).replace(marker, deep)}` : event,
          );
          expectOwnFailure(read(given, [bytesOf(stream)]).failure);
        }),
        { numRuns: perRound(4, 150) },
      );
    });

    it(`the wire ${title} throws nothing but its own failures for random bytes`, () => {
      const piece = fc.oneof(
        fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
        fc
          .constantFrom('data: ', '\n\n', '{', '}', '[', '"choices"', ':', 'event: error\n', '[DONE]', '\ufeff', '\r', 'null')
          .map((one) => Buffer.from(one)),
        fc.json().map((one) => Buffer.from(`data: ${one}\n\n`)),
      );
      fc.assert(
        fc.property(fc.array(piece, { maxLength: 20 }), dice, (pieces, roll) => {
          expectOwnFailure(read(given, cut(Buffer.concat(pieces), roll)).failure);
        }),
        runs,
      );
    });

    it(`the wire ${title} refuses strange requests as BAD_REQUEST, or reads them`, () => {
      const refusedOrRead = (body: unknown): void => {
        try {
          expect(wire.decodeRequest(body).request.kind).toBe('completion');
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
          expect(error).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/\.$/) });
        }
      };
      fc.assert(
        fc.property(requests, dice, fc.array(stranger, { minLength: 1, maxLength: 3 }), (request, roll, strangers) => {
          const { body } = wire.encodeRequest(request, { ...settings, model, stream: false });
          refusedOrRead(
            strangers.reduce((sofar, one) => mutated(sofar, roll, one), overTheNetwork(addressed(body, { model, stream: false }))),
          );
          refusedOrRead(strangers[0]);
        }),
        runs,
      );
    });
  });
}

function expectOwn(decode: () => unknown): void {
  try {
    decode();
  } catch (failure) {
    expectOwnFailure(failure);
  }
}

function expectOwnFailure(failure: unknown): void {
  if (failure !== null && !(failure instanceof WireFailure)) throw failure;
}
