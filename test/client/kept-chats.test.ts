import { beforeAll, describe, expect, it } from 'vitest';
import { type Chat, type ChatOptions, createChat } from '../../src/client/chat/create-chat.ts';
import { type Conversations, conversations } from '../../src/client/chat/kept-chats.ts';
import { until } from '../gateway/streams.ts';
import { compatible } from '../providers/dialects.ts';
import { newGate, type RawUpstream } from '../raw-upstream.ts';
import { type Asking, asking, says } from './asking.ts';
import { callsTool } from './tool-calls.ts';

/** sessionStorage, of one tab. */
function tabStorage(): Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) };
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into requests of any shape
const askedOf = ({ requests }: RawUpstream): any[] => requests.map((request) => request.json());
const texts = (chat: Chat): string[] => chat.snapshot().messages.map(({ text }) => text);
const ended = (chat: Chat, messages: number): boolean => {
  const { messages: all, status } = chat.snapshot();
  return all.length === messages && /^(completed|failed|cancelled)$/.test(status);
};

describe('chats of conversations that the gateway keeps', () => {
  let parts: Asking;
  let kept: Conversations;
  beforeAll(async () => {
    parts = await asking();
    kept = conversations(parts.gate);
  });

  /** As another device, or after a reload where the storage is the same. */
  async function opened(id: string, options: Parameters<Conversations['open']>[1] = {}): Promise<{ chat: Chat; close: () => void }> {
    const found = await kept.open(id, { storage: tabStorage(), ...options });
    const chat = createChat(parts.gate, found as ChatOptions);
    return { chat, close: chat.subscribe(() => {}) };
  }
  const sent = (): number => parts.upstream.requests.length;

  it('a kept chat sends what is new alone, shows the model all of it, and is the same on another device', async () => {
    const { id } = await kept.create();
    const first = await opened(id, { input: { system: 'Be brief.' } });
    says(parts, 'The kettle ', 'boils.');
    first.chat.send('What does the kettle do?');
    await until(() => ended(first.chat, 2));
    const second = await opened(id, { input: { system: 'Be brief.' } });
    expect(texts(second.chat)).toEqual(['What does the kettle do?', 'The kettle boils.']);
    second.chat.send('And the pan?');
    await until(() => ended(second.chat, 4));
    expect(askedOf(parts.upstream).at(-1).messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What does the kettle do?' },
      { role: 'assistant', content: 'The kettle boils.' },
      { role: 'user', content: 'And the pan?' },
    ]);
    expect((await kept.list()).conversations[0]).toMatchObject({ id, title: 'What does the kettle do?', isRunning: false });
    for (const { close } of [first, second]) close();
  });

  it('a kept chat that is opened elsewhere follows the answer that is being written, and a stop there keeps what had come', async () => {
    const { id } = await kept.create('Counting');
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const before = sent();
    const first = await opened(id);
    first.chat.send('Count.');
    await until(() => texts(first.chat)[1] === 'Half ');
    const second = await opened(id);
    await until(() => texts(second.chat)[1] === 'Half ');
    await second.chat.stop();
    await until(() => ended(first.chat, 2) && ended(second.chat, 2));
    expect(first.chat.snapshot()).toMatchObject({ status: 'cancelled', messages: [{ text: 'Count.' }, { text: 'Half ' }] });
    expect(sent()).toBe(before + 1);
    const third = await opened(id);
    expect(third.chat.snapshot()).toMatchObject({ status: 'cancelled', messages: [{}, { text: 'Half ', status: 'cancelled' }] });
    for (const { close } of [first, second, third]) close();
  });

  it('a kept chat that is loaded again before its answer has begun asks once', async () => {
    const { id } = await kept.create();
    const storage = tabStorage();
    const gate = newGate();
    says(parts, gate, 'Whole.');
    const before = sent();
    const first = await opened(id, { storage });
    first.chat.send('Count.');
    first.close();
    const second = await opened(id, { storage });
    gate.open();
    await until(() => ended(second.chat, 2));
    expect(texts(second.chat)).toEqual(['Count.', 'Whole.']);
    expect(sent()).toBe(before + 1);
    expect(texts((await opened(id)).chat)).toEqual(['Count.', 'Whole.']);
    second.close();
  });

  it('a retry in a kept chat takes the place of the turn that failed, and of no other', async () => {
    const { id } = await kept.create();
    const { chat, close } = await opened(id);
    says(parts, 'First.');
    chat.send('One?');
    await until(() => ended(chat, 2));
    parts.upstream.plays(compatible.refuses('down'));
    chat.send('Two?');
    await until(() => chat.snapshot().status === 'failed');
    says(parts, 'Second.');
    chat.retry();
    await until(() => chat.snapshot().status === 'completed');
    expect(texts((await opened(id)).chat)).toEqual(['One?', 'First.', 'Two?', 'Second.']);
    close();
  });

  it('a kept chat goes on with the results of tools in the same message, also where it is opened elsewhere', async () => {
    const { id } = await kept.create();
    const parameters = { type: 'object', properties: { city: { type: 'string' } } };
    const input = { tools: [{ name: 'weather', parameters }] };
    const { chat, close } = await opened(id, { input });
    parts.upstream.plays(callsTool('call-1', 'weather', '{"city":"Lyon"}'));
    chat.send('Lyon?');
    await until(() => chat.snapshot().status === 'completed');
    const elsewhere = await opened(id, { input });
    const message = elsewhere.chat.snapshot().messages.at(-1);
    const call = message?.role === 'assistant' ? message.toolCalls[0] : undefined;
    expect(call?.call?.name).toBe('weather');
    says(parts, 'Sunny.');
    elsewhere.chat.addToolResult({ callId: call?.id ?? '', content: { sky: 'clear' } });
    await until(() => texts(elsewhere.chat)[1]?.endsWith('Sunny.') === true && ended(elsewhere.chat, 2));
    expect(texts((await opened(id)).chat)).toEqual(texts(elsewhere.chat));
    close();
  });

  it('kept chats are listed by pages, renamed and deleted, and one that is gone is not opened', async () => {
    const { id } = await kept.create('Mine');
    expect(await kept.rename(id, 'Ours')).toMatchObject({ title: 'Ours' });
    const { conversations: newest, endCursor } = await kept.list({ first: 1 });
    expect(newest).toMatchObject([{ id, title: 'Ours' }]);
    expect((await kept.list({ first: 1, after: endCursor })).conversations[0]?.id).not.toBe(id);
    expect(await kept.delete(id)).toBe(true);
    expect([await kept.open(id), await kept.rename(id, 'x'), await kept.delete(id)]).toEqual([null, null, false]);
  });
});
