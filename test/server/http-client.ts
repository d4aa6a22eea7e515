/** Small readers of what the server sends, for tests that look at the wire itself. */
export const post = (url: string, body: object, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  });

export interface ServerSentEvent {
  readonly id: string | null;
  readonly event: string | null;
  readonly data: string;
}

/** Events of an SSE response; comments come as events named `:`. Ends when the response does. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerSentEvent, void> {
  let rest = '';
  for await (const piece of (response.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
    rest += piece;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n');
      rest = rest.slice(end + 2);
      const field = (name: string): string | null =>
        lines
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1)
          .trim() ?? null;
      yield { id: field('id'), event: lines[0]?.startsWith(':') ? ':' : field('event'), data: field('data') ?? '' };
    }
  }
}

/** Everything that comes, until it ends. */
export async function readAll<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}
