/** What the embedded provider works out, on the event loop or in its thread. */
import type { CompletionRequest } from '../../../core/request/request.ts';
import { type Reply, replyTo } from '../reply.ts';
import { lexicalVector } from '../text-vectors.ts';

export type Work =
  | { readonly kind: 'reply'; readonly request: CompletionRequest }
  | { readonly kind: 'vector'; readonly text: string; readonly dimensions: number };
export type Outcome = Reply | Float32Array;

export const doneOf = (work: Work): Outcome => (work.kind === 'reply' ? replyTo(work.request) : lexicalVector(work.text, work.dimensions));
