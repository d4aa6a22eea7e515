/** The worst input that one entry point lets in, run while the event loop is watched. */
export interface HostileCase {
  /** What is attacked and with what, such as `JSON Schema: 900 patterns with counted repetitions`. */
  readonly name: string;
  /** How it must end: by a refusal with this sentence; null: by no refusal. A case that ends otherwise measures something else than its name says. */
  readonly refused: RegExp | null;
  /** Prepares what does not count (a gateway, an upstream) and returns the attack; `close` is called after it. */
  prepare(): Promise<{ attack(): Promise<unknown>; close?(): Promise<void> | void }>;
}
