import { describe, expect, it } from 'vitest';
import { newKey } from '../gateway/asking.ts';
import { until } from '../gateway/streams.ts';
import { newGate } from '../raw-upstream.ts';
import { asking, prompt, says, transports } from './asking.ts';

describe.each(transports)('a token over %s', (transport) => {
  it(`a token over ${transport} is asked for once by streams that begin together`, async () => {
    let asked = 0;
    let secret = '';
    const token = async () => {
      asked += 1;
      return secret;
    };
    const parts = await asking({ transport, token });
    secret = parts.gateway.developmentKey ?? '';
    says(parts, 'Hello.');
    const done = await Promise.all(Array.from({ length: 4 }, () => parts.gate.complete(prompt('Count.')).done));
    expect(done.map(({ status }) => status)).toEqual(Array.from({ length: 4 }, () => 'completed'));
    await parts.gate.query('{ aiRoutes { name } }');
    expect(asked).toBe(1);
  });

  it(`a token over ${transport} that is revoked is asked for again once, and a second refusal ends the answer with the reason`, async () => {
    let asked = 0;
    let secret = '';
    const parts = await asking({
      transport,
      token: () => {
        asked += 1;
        return secret;
      },
    });
    secret = 'fg_wrong';
    const answer = parts.gate.complete(prompt('Count.'));
    expect(await answer.done).toMatchObject({ status: 'failed', failure: { code: 'UNAUTHENTICATED', retryable: false } });
    expect(asked).toBe(2);
    await expect(parts.gate.query('{ aiRoutes { name } }')).rejects.toMatchObject({ name: 'RequestError', code: 'UNAUTHENTICATED' });
    expect(asked).toBeLessThanOrEqual(4);
    expect(parts.upstream.requests).toHaveLength(0);
  });

  it(`a token over ${transport} that was refused and is renewed is used at once`, async () => {
    const given = ['fg_wrong'];
    const parts = await asking({ transport, token: () => given.shift() ?? null });
    given.push(parts.gateway.developmentKey ?? '');
    says(parts, 'Hello.');
    expect(await parts.gate.complete(prompt('Count.')).done).toMatchObject({ status: 'completed', text: 'Hello.' });
  });

  it(`a token over ${transport} whose function fails is a lost connection, and is asked for again`, async () => {
    let failures = 1;
    let secret = '';
    const parts = await asking({
      transport,
      token: () => {
        if (failures-- > 0) throw new Error('The login server is down.');
        return secret;
      },
    });
    secret = parts.gateway.developmentKey ?? '';
    says(parts, 'Hello.');
    expect(await parts.gate.complete(prompt('Count.')).done).toMatchObject({ status: 'completed' });
  });

  it(`a token over ${transport} that is revoked in the middle ends the answer with what came, and without a loop`, async () => {
    let secret = '';
    let asked = 0;
    const parts = await asking({
      transport,
      token: () => {
        asked += 1;
        return secret;
      },
    });
    const key = await newKey(parts.gateway, {});
    secret = key.secret;
    says(parts, 'Half ', newGate(), 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await until(() => answer.snapshot().text === 'Half ');
    await parts.gateway.ask('mutation ($id: ID!) { revokeAiKey(id: $id) { id } }', { id: key.id });
    expect(await done).toMatchObject({ status: 'failed', text: 'Half ', failure: { code: 'UNAUTHENTICATED' } });
    expect(asked).toBeLessThanOrEqual(2);
  });
});

describe.each(transports)('a short-lived token over %s', (transport) => {
  it(`a short-lived token over ${transport} that expires in the middle is renewed once, and the answer goes on`, async () => {
    let asked = 0;
    let secret = '';
    const parts = await asking({
      transport,
      async token() {
        asked += 1;
        const { data } = await parts.gateway.ask(
          'mutation ($input: CreateAiTokenInput!) { createAiToken(input: $input) { secret } }',
          { input: { user: 'ann', ttlSeconds: asked === 1 ? 2 : 600 } },
          { key: secret },
        );
        return data.createAiToken.secret;
      },
    });
    secret = (await newKey(parts.gateway, { scopes: ['ai:use', 'ai:usage', 'ai:act-as', 'ai:keys'] })).secret;
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const answer = parts.gate.complete(prompt('Count.'));
    const { done } = answer;
    await until(() => asked === 2);
    gate.open();
    expect(await done).toMatchObject({ status: 'completed', text: 'Half and half.' });
    expect([asked, parts.upstream.requests.length]).toEqual([2, 1]);
  });
});
