/** Where a server listens. In a file of its own, so that the types of the package lead to no type of the engine. */
export interface Listening {
  readonly url: string;
  /** Null: metrics are off. */
  readonly metricsUrl: string | null;
}
