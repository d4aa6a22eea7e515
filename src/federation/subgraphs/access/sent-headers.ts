/** Which headers a subgraph is sent: those of the client that the configuration lets through, and over them the gateway's own. */

/** A header of the client that goes on to a subgraph. */
export interface ForwardedHeader {
  readonly name: string;
  /** What the subgraph is sent it as. Default: the same name. */
  readonly as?: string;
  /** Sent where the client sends none. Default: nothing is. */
  readonly otherwise?: string;
}

/** Headers that describe one connection or one body: the gateway sets them itself. */
export const connectionHeaders: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'accept',
  'te',
  'upgrade',
  'expect',
]);

export interface HeaderRules {
  readonly forward: readonly ForwardedHeader[];
  readonly withhold: readonly string[];
  /** The gateway's own. They win. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether a value is a secret between the client and the gateway, such as a key of the gateway. It never goes on. */
  readonly isOurs: (value: string) => boolean;
}

type Incoming = Readonly<Record<string, string | undefined>>;

/** `incoming`: of the client, by lower-case name; null: no client asked. */
export function headersToSend({ forward, withhold, headers, isOurs }: HeaderRules): (incoming: Incoming | null) => Record<string, string> {
  const rules = forward.flatMap(({ name, as = name, otherwise }) => {
    const [from, to] = [name.toLowerCase(), as.toLowerCase()];
    return withhold.includes(from) || connectionHeaders.has(to) ? [] : [{ from, to, otherwise }];
  });
  return (incoming) => {
    const sent: Record<string, string> = {};
    for (const { from, to, otherwise } of rules) {
      const value = incoming?.[from] ?? otherwise;
      if (value !== undefined && !isOurs(value)) sent[to] = value;
    }
    return { ...sent, ...headers };
  };
}
