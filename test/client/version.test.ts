/** A client asks its gateway for the version, once, and warns where that is of another protocol. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from '../../src/client/sdk.ts';
import { newKey } from '../gateway/asking.ts';
import { asking, prompt, says, transports } from './asking.ts';

const ownVersion = (JSON.parse(readFileSync('package.json', 'utf8')) as { readonly version: string }).version;

/** A `fetch` that answers the question for the version, and hands on everything else. */
function gatewayOf(version: string | null) {
  const asked: string[] = [];
  const fetching: typeof fetch = async (url, init) => {
    const { query } = JSON.parse(String(init?.body)) as { readonly query: string };
    if (!query.includes('aiHealth')) return fetch(url, init);
    asked.push(query);
    return version === null ? new Response('Gone.', { status: 500 }) : Response.json({ data: { aiHealth: { version } } });
  };
  return { asked, fetch: fetching };
}

describe('the version of the gateway', () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  beforeEach(() => void warn.mockClear());
  afterAll(() => warn.mockRestore());

  it.each(transports)(
    'the version of the gateway is asked for once by a client over %s, and one of another protocol is warned of once',
    async (transport) => {
      const { asked, fetch } = gatewayOf('7.0.0');
      const parts = await asking({ transport, fetch });
      says(parts, 'Hi.');
      for (const text of ['One.', 'Two.']) expect(await parts.gate.complete(prompt(text)).done).toMatchObject({ text: 'Hi.' });
      await vi.waitFor(() => expect(warn.mock.calls).toEqual([[expect.stringContaining('version'), { aiHealth: { version: '7.0.0' } }]]));
      expect(asked).toHaveLength(1);
    },
  );

  it('the version of the gateway that this package is gives no warning', async () => {
    const { asked, fetch } = gatewayOf(ownVersion);
    const parts = await asking({ fetch });
    says(parts, 'Hi.');
    await parts.gate.complete(prompt('One.')).done;
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(warn).not.toHaveBeenCalled();
  });

  it('the version of the gateway disturbs no answer where it is not told', async () => {
    const { asked, fetch } = gatewayOf(null);
    const parts = await asking({ fetch });
    says(parts, 'Hi.');
    expect(await parts.gate.complete(prompt('One.')).done).toMatchObject({ status: 'completed', text: 'Hi.' });
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    expect(warn).not.toHaveBeenCalled();
  });

  it.each(transports)(
    'the version of the gateway costs no turn of a session over %s, and one question however many clients a page makes',
    async (transport) => {
      const parts = await asking({}, { teams: { search: { session: { turns: 4 } } } });
      const { secret: token } = await newKey(parts.gateway, {});
      says(parts, 'Hi.');
      const questions: Promise<unknown>[] = [];
      const recording: typeof fetch = async (url, init) => {
        const answer = fetch(url, init);
        if (String(init?.body).includes('GatewayVersion')) questions.push(answer.then((response) => response.clone().json()));
        return answer;
      };
      const ask = () => createClient({ url: parts.gateway.url, token, transport, fetch: recording }).complete(prompt('One.')).done;
      for (const _ of [1, 2, 3, 4]) {
        expect(await ask()).toMatchObject({ status: 'completed', text: 'Hi.' });
        await Promise.all(questions);
      }
      expect(await ask()).toMatchObject({ status: 'failed', failure: { code: 'BUDGET_EXCEEDED' } });
      expect(await Promise.all(questions)).toEqual([{ data: { aiHealth: { version: ownVersion } } }]);
      expect(warn).not.toHaveBeenCalled();
    },
  );
});
