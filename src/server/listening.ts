/** Where a server listens. The type has its own file so that the package's public types do not import the engine's. */
export interface Listening {
  /** With the base path, and without a `/` at its end. */
  readonly url: string;
  /** Null: metrics are off. */
  readonly metricsUrl: string | null;
}
