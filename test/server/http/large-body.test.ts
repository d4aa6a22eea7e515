import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { paramsOfBody } from '../../../src/server/http/params.ts';
import { loopTurns, requestBytesPerTurn } from '../../../src/server/loop-turns.ts';
import { serverLimits } from '../../../src/server/server-limits.ts';

/** How many turns of the event loop begin between the end of the body and the request that was read. */
async function turnsToRead(variables: object): Promise<number> {
  const request = Object.assign(new PassThrough(), { headers: { 'content-type': 'application/json' } }) as unknown as IncomingMessage;
  let turns = 0;
  let read = false;
  const next = (): void => {
    turns += 1;
    if (!read) setImmediate(next);
  };
  request.once('end', () => setImmediate(next));
  const params = paramsOfBody(request, serverLimits({}), loopTurns(requestBytesPerTurn));
  (request as unknown as PassThrough).end(JSON.stringify({ query: '{ a }', variables }));
  expect((await params).variables).toEqual(variables);
  read = true;
  return turns;
}

const rows = (count: number) => ({ rows: Array.from({ length: count }, (_, index) => ({ [`name${index}`]: index })) });

describe('the body of a request', () => {
  it('the body of a request of thousands of values is counted, parsed and used in turns of its own', async () => {
    expect(await turnsToRead(rows(5_000))).toBeGreaterThanOrEqual(3);
  });

  it('the body of a request of few values is read at once', async () => {
    expect(await turnsToRead(rows(20))).toBe(0);
  });
});
