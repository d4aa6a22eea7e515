/** Reads one JSON text that comes in pieces: an answer that was asked whole, or one of a server that does not stream. */
import { parseJson } from '../json-fields.ts';
import type { Answer } from '../wire.ts';
import { WireFailure } from '../wire-failure.ts';

export interface WholeAnswerReader {
  /** Throws `unreadable` beyond the bound. */
  push(bytes: Uint8Array): void;
  /** Throws `cut` where the JSON is not at its end, and what the decoder throws. */
  end(): Answer;
  /** The answer, once it has come with its finish reason: what the connection does from then on changes nothing. Null before. */
  answer(): Answer | null;
}

/** The largest whole answer that is read: 64 MiB. */
const maxBytes = 64 * 1024 * 1024;
/** Bytes that are parsed in vain, of an answer whose pieces end in brackets: 16 MiB. */
const maxBytesInVain = 16 * 1024 * 1024;

/** The decoder leaves out the byte order mark that some servers write. */
const utf8 = new TextDecoder();

export function readWholeAnswer(decodeAnswer: (body: unknown) => Answer): WholeAnswerReader {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let inVain = 0;
  let answer: Answer | null = null;
  const parsed = (): unknown => parseJson(utf8.decode(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)));

  /** Null where more must come. A failure is thrown at the end of the body. */
  const answerSoFar = (): Answer | null => {
    if (length > maxBytesInVain - inVain) return null;
    const body = parsed();
    if (body === undefined) inVain += length;
    try {
      const decoded = body === undefined ? null : decodeAnswer(body);
      // One of several JSON texts of a stream is not the end of the answer.
      return decoded?.chunks.some((chunk) => chunk.type === 'finish' && chunk.reason !== 'other') === true ? decoded : null;
    } catch {
      return null;
    }
  };

  return {
    push(bytes) {
      length += bytes.length;
      if (length > maxBytes) throw new WireFailure('unreadable');
      pieces.push(bytes);
      if (answer === null || !isBlank(bytes)) answer = endsInBracket(bytes) ? answerSoFar() : null;
    },
    end() {
      if (answer !== null) return answer;
      const body = parsed();
      if (body === undefined) throw new WireFailure('cut');
      answer = decodeAnswer(body);
      return answer;
    },
    answer: () => answer,
  };
}

const blanks = [0x20, 0x09, 0x0a, 0x0d];
const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => blanks.includes(byte));

/** Whether the last byte that is not blank closes an object or a list. */
function endsInBracket(bytes: Uint8Array): boolean {
  const last = bytes.findLast((byte) => !blanks.includes(byte));
  return last === 0x7d || last === 0x5d;
}
