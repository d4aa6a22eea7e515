import { describe, expect, it } from 'vitest';
import { type Chat, type ChatOptions, createChat } from '../../src/client/chat/create-chat.ts';
import type { Client } from '../../src/client/sdk.ts';
import { saying, until } from '../gateway/streams.ts';
import { compatible } from '../providers/dialects.ts';
import { newGate, type RawUpstream } from '../raw-upstream.ts';
import { type Asking, asking, prompt, says } from './asking.ts';
import { callsTool, callsTools } from './tool-calls.ts';

/** sessionStorage, of one tab. */
function tabStorage(): Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>();
  return { getItem: (name) => kept.get(name) ?? null, setItem: (name, value) => void kept.set(name, value) };
}

let chats = 0;
function newId(): string {
  chats += 1;
  return `chat-${chats}`;
}

/** A chat that somebody looks at. */
function opened(client: Client, options: ChatOptions): { readonly chat: Chat; readonly close: () => void; readonly renders: () => number } {
  const chat = createChat(client, options);
  let renders = 0;
  const close = chat.subscribe(() => {
    renders += 1;
  });
  return { chat, close, renders: () => renders };
}

const last = (chat: Chat) => chat.snapshot().messages.at(-1);
const texts = (chat: Chat): string[] => chat.snapshot().messages.map(({ text }) => text);
// biome-ignore lint/suspicious/noExplicitAny: tests look into requests of any shape
const askedOf = ({ requests }: RawUpstream): any[] => requests.map((request) => request.json());

describe('a chat', () => {
  it('a chat asks with the messages so far, and each turn is one call', async () => {
    const parts = await asking();
    const { chat, close } = opened(parts.gate, { chatId: newId(), storage: null, input: { system: 'Be brief.' } });
    says(parts, 'The kettle ', 'boils.');
    chat.send('What does the kettle do?');
    await until(() => chat.snapshot().status === 'completed');
    chat.send('And the pan?');
    await until(() => chat.snapshot().messages.length === 4 && chat.snapshot().status === 'completed');
    expect(askedOf(parts.upstream)[1].messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'What does the kettle do?' },
      { role: 'assistant', content: 'The kettle boils.' },
      { role: 'user', content: 'And the pan?' },
    ]);
    expect(last(chat)).toMatchObject({ usage: { cost: { currency: 'USD' } }, provenance: { deployment: 'vendor' }, failure: null });
    expect(parts.upstream.requests).toHaveLength(2);
    close();
  });

  it('a chat takes no second question while the answer is written', async () => {
    const parts = await asking();
    const { chat, close } = opened(parts.gate, { chatId: newId(), storage: null });
    says(parts, 'Half ', newGate());
    expect([chat.send('One?'), chat.send('Two?')]).toEqual([true, false]);
    expect(chat.snapshot().messages).toHaveLength(2);
    await chat.stop();
    close();
  });

  it('a chat that is loaded again ten times during one answer has one message of it, whole, for one call', async () => {
    const parts = await asking();
    const storage = tabStorage();
    const chatId = newId();
    const gates = Array.from({ length: 10 }, () => newGate());
    says(parts, 'w0 ', ...gates.flatMap((gate, index) => [gate, `w${index + 1} `]));
    let tab = opened(parts.gate, { chatId, storage });
    tab.chat.send('Count.');
    for (const [index, gate] of gates.entries()) {
      await until(() => last(tab.chat)?.text.endsWith(`w${index} `) === true);
      tab.close();
      tab = opened(parts.gate, { chatId, storage });
      gate.open();
    }
    await until(() => tab.chat.snapshot().status === 'completed');
    const whole = Array.from({ length: 11 }, (_, index) => `w${index} `).join('');
    expect(texts(tab.chat)).toEqual(['Count.', whole]);
    tab.close();
    const after = opened(parts.gate, { chatId, storage });
    expect(texts(after.chat)).toEqual(['Count.', whole]);
    expect(last(after.chat)).toMatchObject({ status: 'completed', usage: { cost: { currency: 'USD' } } });
    expect(parts.upstream.requests).toHaveLength(1);
    after.close();
  });

  it('a chat that is loaded again before it knows its completion asks with the same key', async () => {
    const parts = await asking();
    const storage = tabStorage();
    const chatId = newId();
    says(parts, 'Hello.');
    const before = opened(parts.gate, { chatId, storage });
    before.chat.send('Hello?');
    before.close();
    const after = opened(parts.gate, { chatId, storage });
    await until(() => after.chat.snapshot().status === 'completed');
    expect(texts(after.chat)).toEqual(['Hello?', 'Hello.']);
    expect(parts.upstream.requests).toHaveLength(1);
    after.close();
  });

  it('a chat in a second tab follows the same answer, closing the first does not end it, and a stop in the second does', async () => {
    const parts = await asking();
    const chatId = newId();
    const gate = newGate();
    says(parts, 'Half ', gate, 'more ', newGate(), 'never.');
    const first = opened(parts.gate, { chatId, storage: tabStorage() });
    first.chat.send('Count.');
    await until(() => last(first.chat)?.text === 'Half ');
    const second = opened(parts.gate, { chatId, storage: tabStorage() });
    await until(() => last(second.chat)?.text === 'Half ');
    first.close();
    gate.open();
    await until(() => last(second.chat)?.text === 'Half more ');
    await second.chat.stop();
    expect(last(second.chat)).toMatchObject({ status: 'cancelled', text: 'Half more ' });
    expect(parts.upstream.requests).toHaveLength(1);
    await until(() => parts.upstream.requests[0]?.cut() === true);
    second.close();
  });

  it('a chat goes on in the next message after a stop, and the stopped text is part of what the model is shown', async () => {
    const parts = await asking();
    const { chat, close } = opened(parts.gate, { chatId: newId(), storage: null });
    says(parts, 'Half ', newGate());
    chat.send('Count.');
    await until(() => last(chat)?.text === 'Half ');
    await chat.stop();
    says(parts, 'Whole.');
    chat.send('Again.');
    await until(() => chat.snapshot().status === 'completed');
    expect(texts(chat)).toEqual(['Count.', 'Half ', 'Again.', 'Whole.']);
    expect(askedOf(parts.upstream)[1].messages).toHaveLength(3);
    close();
  });

  it('a chat shows why an answer failed, and a retry asks again under a new key', async () => {
    const parts = await asking();
    const { chat, close } = opened(parts.gate, { chatId: newId(), storage: null });
    parts.upstream.plays(compatible.refuses('down'));
    chat.send('Count.');
    await until(() => chat.snapshot().status === 'failed');
    expect(last(chat)).toMatchObject({ failure: { code: 'MODEL_UNAVAILABLE', retryable: true, message: expect.any(String) } });
    says(parts, 'Now.');
    chat.retry();
    await until(() => chat.snapshot().status === 'completed');
    expect(texts(chat)).toEqual(['Count.', 'Now.']);
    expect(last(chat)).toMatchObject({ failure: null });
    close();
  });

  it('a chat makes a tool call once it is whole, and the answer goes on in the same message', async () => {
    const parts = await asking();
    const { chat, close } = await withTools(parts);
    await until(() => chat.snapshot().status === 'completed');
    const message = last(chat);
    if (message?.role !== 'assistant') throw new Error('The last message is not the answer.');
    expect(message.toolCalls).toMatchObject([{ id: 'call-1', name: 'order', call: { arguments: { colour: 'red' } }, result: null }]);
    says(parts, 'Ordered.');
    chat.addToolResult({ callId: 'call-1', content: { ok: true } });
    await until(() => last(chat)?.text === 'Ordered.' && chat.snapshot().status === 'completed');
    expect(chat.snapshot().messages).toHaveLength(2);
    expect(last(chat)).toMatchObject({ toolCalls: [{ id: 'call-1', result: { content: { ok: true } } }] });
    const { messages } = askedOf(parts.upstream)[1];
    expect(messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant', 'tool']);
    close();
  });

  it('a chat makes two calls of one turn once each, also where their text is whole before its end, and goes on with a result and an error', async () => {
    const parts = await asking();
    parts.upstream.plays(
      callsTools([
        { id: 'call-1', name: 'order', argumentsText: '{"colour":"red"}      ' },
        { id: 'call-2', name: 'order', argumentsText: '{"colour":"blue"}   ' },
      ]),
    );
    const tools = [{ name: 'order', parameters: { type: 'object', properties: { colour: { type: 'string' } } } }];
    const { chat, close } = opened(parts.gate, { chatId: newId(), storage: null, input: { tools } });
    const made: string[] = [];
    const known = new Set<string>();
    const leave = chat.subscribe(() => {
      const message = last(chat);
      if (message?.role !== 'assistant') return;
      for (const { id, call } of message.toolCalls) {
        if (call === null || known.has(id)) continue;
        known.add(id);
        made.push(`${id} ${JSON.stringify(call.arguments)}`);
      }
    });
    chat.send('Order it in red and in blue.');
    await until(() => chat.snapshot().status === 'completed');
    expect(made).toEqual(['call-1 {"colour":"red"}', 'call-2 {"colour":"blue"}']);
    says(parts, 'The red one.');
    chat.addToolResult({ callId: 'call-1', content: { ok: true } });
    chat.addToolResult({ callId: 'call-2', content: 'There is no blue one.', isError: true });
    await until(() => last(chat)?.text === 'The red one.' && chat.snapshot().status === 'completed');
    expect(chat.snapshot().messages).toHaveLength(2);
    expect(last(chat)).toMatchObject({ toolCalls: [{ result: { content: { ok: true } } }, { result: { isError: true } }] });
    const { messages } = askedOf(parts.upstream)[1];
    expect(messages.map(({ role }: { role: string }) => role)).toEqual(['user', 'assistant', 'tool', 'tool']);
    expect(parts.upstream.requests).toHaveLength(2);
    leave();
    close();
  });

  it('two chats at once, looked at in turns, have no text of each other', async () => {
    const parts = await asking();
    const gates = Array.from({ length: 10 }, () => newGate());
    const ids = [newId(), newId()] as const;
    const wordOf = ['red ', 'blue '] as const;
    parts.upstream.plays(...wordOf.map((word) => saying(word, ...gates.flatMap((gate) => [gate, word]))));
    const both = ids.map((chatId) => createChat(parts.gate, { chatId, storage: null }));
    for (const chat of both) chat.subscribe(() => {})();
    for (const [index, chat] of both.entries()) {
      const close = chat.subscribe(() => {});
      chat.send(`Question ${index}.`);
      await until(() => last(chat)?.text === wordOf[index]);
      close();
    }
    for (const gate of gates) gate.open();
    for (let turn = 0; turn < 50; turn += 1) {
      const chat = both[turn % 2];
      const close = chat?.subscribe(() => {});
      await new Promise(setImmediate);
      close?.();
      const [question, said = ''] = chat === undefined ? [] : texts(chat);
      expect(question).toBe(`Question ${turn % 2}.`);
      expect((wordOf[turn % 2] ?? '').repeat(11).startsWith(said)).toBe(true);
    }
    for (const [index, chat] of both.entries()) {
      const close = chat.subscribe(() => {});
      await until(() => chat.snapshot().status === 'completed');
      expect(last(chat)?.text).toBe(wordOf[index]?.repeat(11));
      close();
    }
    expect(parts.upstream.requests).toHaveLength(2);
  });

  it('a chat that nobody looks at any more leaves no connection when its answer has ended', async () => {
    const parts = await asking();
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const { chat, close } = opened(parts.gate, { chatId: newId(), storage: null });
    chat.send('Count.');
    await until(() => last(chat)?.text === 'Half ');
    close();
    gate.open();
    await until(() => parts.proxy.open() === 0);
    expect(last(chat)?.text).toBe('Half and half.');
  });

  it('a chat asks of documents where it is told to', async () => {
    const parts = await asking();
    says(parts, 'Hello.');
    const { chat, close } = opened(parts.gate, {
      chatId: newId(),
      storage: null,
      ask: (messages, idempotencyKey) => parts.gate.complete({ ...prompt(`${messages.length} messages`), idempotencyKey }),
    });
    chat.send('Hello?');
    await until(() => chat.snapshot().status === 'completed');
    expect(askedOf(parts.upstream)[0].messages).toEqual([{ role: 'user', content: '1 messages' }]);
    close();
  });
});

/** A chat whose model has asked for the tool `order`. */
async function withTools(parts: Asking): Promise<ReturnType<typeof opened>> {
  parts.upstream.plays(callsTool('call-1', 'order', '{"colour":"red"}'));
  const tools = [{ name: 'order', parameters: { type: 'object', properties: { colour: { type: 'string' } } } }];
  const tab = opened(parts.gate, { chatId: newId(), storage: null, input: { tools } });
  tab.chat.send('Order it in red.');
  return tab;
}
