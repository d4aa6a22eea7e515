/**
 * Makes an event stream of the binary frames in which AWS streams (application/vnd.amazon.eventstream): a frame is an event with the
 * name of its type and its payload as data. An exception is an event whose name begins with `exception:`.
 */
import { crc32 } from 'node:zlib';
import type { BodyPieces } from '../../../outbound/body-pieces.ts';
import { WireFailure } from '../../../wires/wire-failure.ts';

/** The longest frame that AWS sends: 16 MiB. */
const maxFrameBytes = 16 * 1024 * 1024;
/** Bytes of the lengths and their checksum, with which a frame begins. */
const preludeBytes = 12;
const checksumBytes = 4;
const openingBrace = 0x7b;

/** A body of JSON, as of an error with status 200, is passed on. Throws `unreadable` for bytes that are not a frame. */
export function eventsOfFrames(body: BodyPieces): BodyPieces {
  const frames = splitFrames();
  let begun = false;
  let isJson = false;
  return {
    async read() {
      for (;;) {
        if (frames.failure !== null) {
          body.cancel();
          throw frames.failure;
        }
        const piece = await body.read();
        // A frame that breaks off is not an event. The events before it have said whether the answer is complete.
        if (piece === null) return null;
        if (!begun && piece.length > 0) {
          begun = true;
          isJson = piece[0] === openingBrace;
        }
        const bytes = isJson ? piece : Buffer.from(frames.push(piece).join(''));
        if (bytes.length > 0) return bytes;
      }
    },
    cancel: () => body.cancel(),
  };
}

interface FrameReader {
  /** The events whose frames end in these bytes. */
  push(bytes: Uint8Array): readonly string[];
  /** Why no more frames can be read. The events before them were given out. */
  readonly failure: WireFailure | null;
}

function splitFrames(): FrameReader {
  let left: Buffer = Buffer.alloc(0);
  let failure: WireFailure | null = null;
  return {
    push(bytes) {
      left = left.length === 0 ? Buffer.from(bytes) : Buffer.concat([left, bytes]);
      const events: string[] = [];
      try {
        while (left.length >= preludeBytes) {
          const length = lengthOf(left);
          if (left.length < length) break;
          events.push(eventOf(left.subarray(0, length)));
          left = left.subarray(length);
        }
      } catch {
        failure = new WireFailure('unreadable');
      }
      return events;
    },
    get failure() {
      return failure;
    },
  };
}

function lengthOf(bytes: Buffer): number {
  const length = bytes.readUInt32BE(0);
  const headers = bytes.readUInt32BE(4);
  const isFrame = length <= maxFrameBytes && headers + preludeBytes + checksumBytes <= length;
  if (!isFrame || crc32(bytes.subarray(0, preludeBytes - checksumBytes)) !== bytes.readUInt32BE(preludeBytes - checksumBytes)) {
    throw new WireFailure('unreadable');
  }
  return length;
}

function eventOf(frame: Buffer): string {
  const end = frame.length - checksumBytes;
  if (crc32(frame.subarray(0, end)) !== frame.readUInt32BE(end)) throw new WireFailure('unreadable');
  const payloadAt = preludeBytes + frame.readUInt32BE(4);
  const headers = headersIn(frame.subarray(preludeBytes, payloadAt));
  const type = headers.get(':message-type');
  const name =
    type === 'exception'
      ? `exception:${headers.get(':exception-type')}`
      : type === 'error'
        ? `exception:${headers.get(':error-code')}`
        : (headers.get(':event-type') ?? '');
  // Line breaks in JSON are blanks, or escaped.
  const data = frame
    .subarray(payloadAt, end)
    .toString('utf8')
    .replace(/[\r\n]+/g, ' ');
  return `event: ${name.replace(/[\r\n]+/g, ' ')}\ndata: ${data}\n\n`;
}

/** Length of a value by its type, in bytes; null: the length stands before the value. Type 7 is text. */
const valueBytes: readonly (number | null)[] = [0, 0, 1, 2, 4, 8, null, null, 8, 16];
const textType = 7;

/** The headers whose value is text. */
function headersIn(bytes: Buffer): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let at = 0; at < bytes.length; ) {
    const nameEnd = at + 1 + bytes.readUInt8(at);
    const type = bytes.readUInt8(nameEnd);
    const fixed = valueBytes[type];
    if (fixed === undefined) break;
    const valueAt = fixed === null ? nameEnd + 3 : nameEnd + 1;
    const valueEnd = valueAt + (fixed ?? bytes.readUInt16BE(nameEnd + 1));
    if (type === textType) headers.set(bytes.toString('utf8', at + 1, nameEnd), bytes.toString('utf8', valueAt, valueEnd));
    at = valueEnd;
  }
  return headers;
}
