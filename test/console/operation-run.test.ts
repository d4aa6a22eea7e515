import { describe, expect, it } from 'vitest';
import type { Client } from '../../src/client/create-client.ts';
import { RequestError } from '../../src/client/transport/request-error.ts';
import { type OperationRun, runOperation } from '../../src/console/pages/editor/operation-run.ts';

/** The end of a run over a client that refuses its first token, behind so many results. */
async function runBehind(results: number) {
  let asked = 0;
  const client = {
    async results(_, onResult) {
      asked += 1;
      for (let index = 0; index < results; index += 1) onResult({ data: { completionStream: { seq: index } } });
      if (asked === 1) throw new RequestError('UNAUTHENTICATED', 'The token has expired.');
      onResult({ data: { completionStream: { seq: 'again' } } });
    },
  } satisfies Pick<Client, 'results'> as unknown as Client;
  const run = await new Promise<OperationRun>((resolve) => {
    const tell = (state: OperationRun) => !state.isRunning && resolve(state);
    void runOperation(client, { query: 'subscription { completionStream { seq } }' }, true, tell, new AbortController().signal);
  });
  return { asked, run };
}

describe('a run of an operation', () => {
  it('a run of an operation whose token has just ended is asked for once more where nothing has come', async () => {
    const { asked, run } = await runBehind(0);
    expect(asked).toBe(2);
    expect(run).toMatchObject({ events: [{ seq: 'again' }], problem: null });
  });

  it('a run of an operation is not asked for again once something has come: that would be paid twice', async () => {
    const { asked, run } = await runBehind(2);
    expect(asked).toBe(1);
    expect(run).toMatchObject({ events: [{ seq: 0 }, { seq: 1 }], problem: { code: 'UNAUTHENTICATED' } });
  });
});
