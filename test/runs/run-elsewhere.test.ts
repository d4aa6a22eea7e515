import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { runElsewhere } from '../../src/runs/run-elsewhere.ts';
import { settled } from '../contracts/stream-contract.ts';

const never = new AbortController().signal;
const over = { done: true, value: undefined };

/** A run that its process never ends. */
const waitedFor = () => runElsewhere('r', 'default', async () => null);

describe('a run of another process', () => {
  it('a run of another process is left at once by a reader who waits for it', async () => {
    const events = waitedFor().events(null, never);
    const step = events.next();
    await settled();
    expect(await events.return?.()).toEqual(over);
    expect([await step, await events.next()]).toEqual([over, over]);
  });

  it('a run of another process is left at once when the signal of its reader fires, who is told why', async () => {
    const controller = new AbortController();
    const events = waitedFor().events(null, controller.signal);
    const step = events.next();
    await settled();
    controller.abort(new GatewayError('TIMEOUT', 'No more time.'));
    await expect(step).rejects.toThrow('No more time.');
    expect(await events.next()).toEqual(over);
  });

  it('a run of another process fails once for its reader when it is no longer known', async () => {
    const events = runElsewhere('r', null, async () => Promise.reject(new GatewayError('BAD_REQUEST', 'It is unknown.'))).events(
      null,
      never,
    );
    await expect(events.next()).rejects.toThrow('It is unknown.');
    expect(await events.next()).toEqual(over);
  });
});
