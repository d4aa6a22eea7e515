/** Tells how a subscription to a subgraph goes: that it has begun, each of its events, and how it ended. */

export interface SubscriptionNews {
  readonly subgraph: string;
  /** `completed`: by the subgraph. `failed`: also where it could not begin. `left`: its client has left, or the operation was ended. */
  readonly news: 'begun' | 'event' | 'completed' | 'failed' | 'left';
}

export interface Followed<T> {
  readonly results: (signal: AbortSignal) => AsyncIterable<T>;
  /** Called once, when it is over. */
  ended(): void;
}

export function followSubscription<T>(
  subgraph: string,
  open: (signal: AbortSignal) => AsyncIterable<T>,
  onNews: (news: SubscriptionNews) => void,
): Followed<T> {
  let isBegun = false;
  let ending: 'completed' | 'failed' | 'left' = 'left';
  const tell = (news: SubscriptionNews['news']): void => onNews({ subgraph, news });
  return {
    async *results(signal) {
      isBegun = true;
      tell('begun');
      try {
        for await (const result of open(signal)) {
          tell('event');
          yield result;
        }
        ending = 'completed';
      } catch (error) {
        ending = 'failed';
        throw error;
      }
    },
    ended() {
      if (isBegun) tell(ending);
    },
  };
}
