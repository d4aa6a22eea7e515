/** Which headers of a subgraph's answer the client gets. */
import type { IncomingHttpHeaders } from 'node:http';

/** Those on the allow-list, each cookie by itself. */
export function shownHeaders(allowed: readonly string[], headers: IncomingHttpHeaders): readonly (readonly [string, string])[] {
  return allowed.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [value].flat().map((one): readonly [string, string] => [name, one]);
  });
}
