import { beforeAll, describe, expect, it } from 'vitest';
import type { RawReply } from '../raw-upstream.ts';
import { ask, eventsOver, overSocket, overSse, type Scripted, saying, scripted, sentTo, textOf } from './streams.ts';

const email = 'ada.lovelace@example.com';
const card = '4111 1111 1111 1111';

describe('masked personal data is restored across chunk borders', () => {
  let gateway: Scripted['gateway'];
  let upstream: Scripted['upstream'];
  beforeAll(async () => {
    ({ gateway, upstream } = await scripted({ maskPersonalData: '*' }));
  });

  const prompt = `Write to ${email} about card ${card}.`;
  const placeholdersIn = async (): Promise<readonly string[]> => {
    upstream.plays(saying('Yes.'));
    await eventsOver(overSse(gateway, { variables: ask(prompt) }));
    return [...new Set(upstream.requests.at(-1)?.body.match(/<[A-Z_]+_\d+>/g))];
  };
  const answered = async (reply: RawReply, variables: object = ask(prompt)) => {
    upstream.plays(reply);
    return eventsOver(overSse(gateway, { variables }));
  };

  it('the model never sees it', async () => {
    expect(await placeholdersIn()).toHaveLength(2);
    const sent = sentTo(upstream);
    for (const secret of [email, 'lovelace', card, card.replaceAll(' ', '')]) expect(sent).not.toContain(secret);
  });

  it('masked personal data is restored across chunk borders wherever the vendor cuts a placeholder, once or letter by letter', async () => {
    const [first = '', second = ''] = await placeholdersIn();
    const said = `To ${first}: the card ${second} is known, ${first}.`;
    const expected = said.replaceAll(first, email).replaceAll(second, card);
    for (let cut = 1; cut < said.length; cut += 1) {
      expect(textOf(await answered(saying(said.slice(0, cut), said.slice(cut))))).toBe(expected);
    }
    const letters = await answered(saying(...said));
    expect(textOf(letters)).toBe(expected);
    expect(letters.at(-1).completion.text).toBe(expected);
    expect(letters.map(({ text = '' }) => text).join('')).not.toMatch(/<[A-Z]+_\d/);
  });

  it('masked personal data is restored across chunk borders, and what only looks like a placeholder stays as it is', async () => {
    const [first = ''] = await placeholdersIn();
    const said = `Not ${first.slice(0, -1)} nor <EMAIL_99> nor <`;
    expect(textOf(await answered(saying(...said)))).toBe(said);
  });

  it('masked personal data is restored across chunk borders in a structured answer as well, over a WebSocket', async () => {
    const [first = ''] = await placeholdersIn();
    const json = JSON.stringify({ to: first });
    upstream.plays(saying(...json));
    const schema = { type: 'object', properties: { to: { type: 'string' } }, required: ['to'], additionalProperties: false };
    const events = await eventsOver(overSocket(gateway, { variables: ask(prompt, { output: { format: 'JSON', schema } }) }));
    expect(events.at(-1)).toMatchObject({ __typename: 'CompletionFinished', completion: { object: { to: email } } });
    expect(JSON.stringify(events)).not.toContain(first);
  });

  it('two callers with other data share an answer, each with its own', async () => {
    const cached = await scripted({ maskPersonalData: '*' }, { route: { cacheSeconds: 60 } });
    cached.upstream.plays(saying('Dear <EM', 'AIL_1>!'));
    const textFor = async (address: string) => textOf(await eventsOver(overSse(cached.gateway, { variables: ask(`Greet ${address}.`) })));
    expect(await textFor('grace@example.com')).toBe('Dear grace@example.com!');
    expect(await textFor('alan@example.org')).toBe('Dear alan@example.org!');
    expect(cached.upstream.requests).toHaveLength(1);
  });
});
