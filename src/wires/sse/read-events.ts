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
    const text = afterCr && piece.startsWith('\n') ? piece.slice(1) : piece;
    if (text !== '') afterCr = false;
    // Only what is new is searched, and for each line end once.
    let lf = text.indexOf('\n');
    let cr = text.indexOf('\r');
    let from = 0;
    while (lf !== -1 || cr !== -1) {
      const end = lf === -1 || (cr !== -1 && cr < lf) ? cr : lf;
      takeLine(rest + text.slice(from, end));
      rest = '';
      from = end + 1;
      if (end === cr && from === text.length) afterCr = true;
      if (end === cr && lf === from) from += 1;
      if (lf !== -1 && lf < from) lf = text.indexOf('\n', from);
      if (cr !== -1 && cr < from) cr = text.indexOf('\r', from);
    }
    rest += text.slice(from);
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
