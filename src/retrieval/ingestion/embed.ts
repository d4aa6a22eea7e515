import type { Call, Handlers } from '../../core/call/call.ts';
import { completionOf } from '../../core/call/collect-answer.ts';
import { GatewayError } from '../../core/errors.ts';

/** One vector for each text, all of one length. Throws what the handler throws, and INVALID_OUTPUT for anything else than that. */
export async function embedded(texts: readonly string[], handle: Handlers, call: Call): Promise<readonly Float32Array[]> {
  const { vectors } = completionOf(await handle.whole({ kind: 'embedding', texts, dimensions: null }, call));
  const [first] = vectors;
  const whole =
    first !== undefined &&
    first.length > 0 &&
    vectors.length === texts.length &&
    texts.every((_, index) => vectors[index]?.length === first.length && vectors[index]?.every(Number.isFinite));
  if (whole) return vectors;
  throw new GatewayError('INVALID_OUTPUT', `The embedding model of route "${call.route}" did not answer with one vector for each text.`);
}
