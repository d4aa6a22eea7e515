/** Where a contender is asked, and how its answer is known. */
export interface Door {
  readonly url: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** `#` stands for a word that is another one in each call. */
  readonly body: string;
  /** What an answer holds; `#` is the word of its call. */
  readonly proofs: readonly string[];
  /** How often it holds each of them, at least. */
  readonly times: number;
}

export interface Calls {
  readonly type: 'calls';
  readonly to: Door;
  readonly connections: number;
  /** Whichever is reached first; null for no bound. */
  readonly seconds: number | null;
  readonly count: number | null;
  /** A steady pace; without it as fast as answers come. */
  readonly perSecond?: number;
  /** So many questions, over and over; without it every question is new. */
  readonly spread?: number;
}

export interface Arrivals {
  /** `open`: they stay until they are closed, and the reply comes when each has spoken. `arrivals`: they are read to their end. */
  readonly type: 'open' | 'arrivals';
  readonly to: Door;
  readonly streams: number;
  readonly everyMs: number;
  /** Of the first ones, the time to the first token is not told. */
  readonly skip?: number;
}

export interface Told {
  readonly count: number;
  readonly seconds: number;
  /** Of each call, or to the first token of each stream, in order of size. */
  readonly ms: readonly number[];
}
