/**
 * Our port to every vendor: one request, one upstream call. A provider retries, caches and logs nothing, and throws
 * GatewayError for all that goes wrong, with `details.phase` and `retryable` set, whatever ending the vendor invents.
 */
import type { Chunk } from '../core/chunk.ts';
import type { Usage } from '../core/money.ts';
import type { ModelRequest } from '../core/request/request.ts';

/** What a model can do, as `aiRoutes` shows it. */
export type Capability = 'completion' | 'embedding' | 'tools' | 'images' | 'files' | 'json' | 'reasoning' | 'extractive';

export interface SendOptions {
  readonly model: string;
  readonly signal: AbortSignal;
  /** Called at most once, as soon as the vendor has sent its counts. */
  readonly report: (usage: Usage) => void;
  /** Called once the request's headers are on the wire, by providers that have `tellsSent`. */
  readonly sent?: () => void;
  /** STREAM_STALLED when no first chunk came by then. */
  readonly firstChunkMs: number;
  /** STREAM_STALLED when two chunks lie further apart. */
  readonly idleMs: number;
  /** Who asks, of those that take turns (`tenantOf`): for providers that have a queue of their own. Default: everybody is one. */
  readonly owner?: string;
  /** True: a reader watches the answer grow (`Call.live`). Default: nobody is known to. */
  readonly live?: boolean;
}

export interface AnswerOptions extends Pick<SendOptions, 'model' | 'signal' | 'report' | 'sent' | 'owner'> {
  /** STREAM_STALLED when the answer is not there by then, in milliseconds. */
  readonly withinMs: number;
  /** Asked of each chunk where the answer comes as a stream after all; true: no more is wanted, and upstream is stopped. Default: all is. */
  readonly isEnough?: (chunk: Chunk) => boolean;
}

export interface Provider {
  /** As in the configuration: `openai`, `embedded`, `local-vllm`. */
  readonly name: string;
  /** All models that it has, where it knows them: `fieldgate check` notes a deployment of another. Default: whatever the vendor has. */
  readonly models?: readonly string[];
  /** True: a key is wanted, and none was given. */
  readonly lacksKey?: boolean;
  /** What is wrong with its settings, in sentences: `fieldgate check` reports them, and until they are mended every request is refused. */
  readonly mistakes?: readonly string[];
  /** True: it calls `sent` of its options, and what was not sent costs nothing. Default: asking it counts as sending. */
  readonly tellsSent?: boolean;
  /**
   * Content chunks as they come, or a list of all that came at once; the last is `finish`. Ends without `finish` only by throwing. Must
   * not contact the vendor before the first `next()`, and must stop upstream when the signal fires or the iterator is returned.
   */
  send(request: ModelRequest, options: SendOptions): AsyncIterable<Chunk | readonly Chunk[]>;
  /**
   * The whole answer at once, `finish` last, which costs a fraction of a stream: used where nobody watches it grow and it comes soon.
   * Must stop upstream when the signal fires. Left out: the stream is read to its end.
   */
  answer?(request: ModelRequest, options: AnswerOptions): Promise<readonly Chunk[]>;
  /**
   * Output tokens that the vendor may bill for the request as it will really be sent: some raise the maximum when
   * reasoning is on. `asked` is the request's own maximum, or the deployment's.
   */
  outputCeiling(request: ModelRequest, model: string, asked: number): number;
}
