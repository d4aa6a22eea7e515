/** What it is to share a call of a model: as a stream (`shared-stream.ts`) or as a whole answer (`shared-answer.ts`). */
import type { Batch } from '../../core/batch.ts';
import type { AttemptFact, Call, Handler } from '../../core/call/call.ts';
import type { Answer } from '../../core/call/collect-answer.ts';
import type { Chunk } from '../../core/chunk.ts';
import type { ModelRequest } from '../../core/request/request.ts';

/** A call that may be shared while it lasts: of a stream, or of a whole answer (`shared-answer.ts`). */
export interface Flight {
  /** A reader from the first chunk on. Null once the beginning is no longer kept, or nobody is left. */
  join(call: Call): FlightReader | null;
}

/** Call one of the two. The reader counts until it has read everything or has left. */
export interface FlightReader {
  batches(): AsyncIterable<Batch>;
  whole(): Promise<Answer>;
  /** Whether the attempts are reported to this reader's call, and its hold pays them. */
  pays(): boolean;
  /** The attempt that answered, with the cost of all attempts; null before the end. */
  answeredBy(): AttemptFact | null;
}

export interface FlightOptions {
  readonly next: Handler;
  readonly request: ModelRequest;
  /** Called once, when the flight is over or its beginning is no longer kept: with all its chunks when it ended well and is whole. */
  readonly landed: (chunks: readonly Chunk[] | null, answeredBy: AttemptFact | null) => void;
  readonly maxBytes?: number;
  readonly patienceMs?: number;
}
