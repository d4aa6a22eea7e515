/**
 * Reads an event stream (WHATWG HTML, 9.2.6) out of bytes that arrive in any pieces: LF, CR and CRLF, a byte order mark, comments, and
 * characters cut in the middle. Unlike browsers it gives out a last event that no blank line ends, since some servers leave it out.
 */
import { WireFailure } from '../wire-failure.ts';

export interface SseEvent {
  /** Empty where the server named none. */
  readonly event: string;
  readonly data: string;
}

export interface EventReader {
  /** The events that end in these bytes. Throws `unreadable` for a line that is longer than the bound. */
  push(bytes: Uint8Array): readonly SseEvent[];
  /** The event that the end of the body ends. */
  end(): readonly SseEvent[];
}

/** 8 MiB: the longest line that a vendor's answer may have, in UTF-16 units. */
const maxLine = 8 * 1024 * 1024;

export function readEvents(): EventReader {
  const decoder = new TextDecoder();
  let rest = '';
  /** The last piece ended in CR: a LF at the start of the next one belongs to it. */
  let afterCr = false;
  let event = '';
  let data: string | null = null;
  let events: SseEvent[] = [];

  const takeLine = (line: string): void => {
    if (line === '') {
      // An event without data is none.
      if (data !== null && data !== '') events.push({ event, data });
      event = '';
      data = null;
      return;
    }
    const colon = line.indexOf(':');
    if (colon === 0) return;
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
    if (field === 'data') data = data === null ? value : `${data}\n${value}`;
    else if (field === 'event') event = value;
  };

  const takeText = (piece: string): void => {
    let text = piece;
    if (afterCr && text.startsWith('\n')) text = text.slice(1);
    if (text !== '') afterCr = false;
    // Only what is new can hold the end of the line that is open.
    let searched = rest.length;
    text = rest + text;
    let from = 0;
    for (;;) {
      const end = lineEnd(text, searched);
      if (end === -1) break;
      takeLine(text.slice(from, end));
      from = end + 1;
      if (text.charCodeAt(end) === 0x0d) {
        if (from === text.length) afterCr = true;
        else if (text.charCodeAt(from) === 0x0a) from += 1;
      }
      searched = from;
    }
    rest = text.slice(from);
    if (rest.length > maxLine || (data?.length ?? 0) > maxLine) throw new WireFailure('unreadable');
  };

  const takeEvents = (): readonly SseEvent[] => {
    const taken = events;
    events = [];
    return taken;
  };

  return {
    push(bytes) {
      takeText(decoder.decode(bytes, { stream: true }));
      return takeEvents();
    },
    end() {
      takeText(decoder.decode());
      if (rest !== '') takeLine(rest);
      rest = '';
      takeLine('');
      return takeEvents();
    },
  };
}

function lineEnd(text: string, from: number): number {
  const lf = text.indexOf('\n', from);
  const cr = text.indexOf('\r', from);
  if (lf === -1 || cr === -1) return Math.max(lf, cr);
  return Math.min(lf, cr);
}
