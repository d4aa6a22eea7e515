/** `useChat` of the AI SDK without React: the state machine of the stock package over our transport. */
import { AbstractChat, type ChatState, type ChatStatus, type UIMessage } from 'ai';
import { describe, expect, it } from 'vitest';
import { FieldgateChatTransport, type FieldgateChatTransportOptions } from '../../src/client/ai-sdk/chat-transport.ts';
import { until } from '../gateway/streams.ts';
import { compatible } from '../providers/dialects.ts';
import { newGate } from '../raw-upstream.ts';
import { type Asking, asking, says } from './asking.ts';
import { callsTool } from './tool-calls.ts';

class Memory implements ChatState<UIMessage> {
  status: ChatStatus = 'ready';
  error: Error | undefined = undefined;
  messages: UIMessage[];
  /** How many messages were shown at the same time, at most. */
  most = 0;
  constructor(messages: readonly UIMessage[]) {
    this.messages = [...messages];
  }
  pushMessage = (message: UIMessage): void => {
    this.messages = [...this.messages, message];
    this.most = Math.max(this.most, this.messages.length);
  };
  popMessage = (): void => {
    this.messages = this.messages.slice(0, -1);
  };
  replaceMessage = (index: number, message: UIMessage): void => {
    this.messages = this.messages.map((one, at) => (at === index ? this.snapshot(message) : one));
  };
  snapshot = <T>(thing: T): T => structuredClone(thing);
}

class Chat extends AbstractChat<UIMessage> {
  readonly memory: Memory;
  constructor(id: string, transport: FieldgateChatTransport, memory = new Memory([])) {
    super({ id, transport, state: memory });
    this.memory = memory;
  }
}

let chats = 0;
function opened(parts: Asking, options: Partial<FieldgateChatTransportOptions> = {}) {
  chats += 1;
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
  const id = `ai-${chats}`;
  const transport = () => new FieldgateChatTransport({ client: parts.gate, storage, ...options });
  const chat = new Chat(id, transport());
  /** The page is loaded again: the app has kept its messages. */
  const reload = (messages: readonly UIMessage[]): Chat => new Chat(id, transport(), new Memory(structuredClone(messages)));
  return { chat, reload, kept };
}

const textOf = (message: UIMessage | undefined): string =>
  message?.parts.map((part) => (part.type === 'text' ? part.text : '')).join('') ?? '';

describe('useChat of the AI SDK', () => {
  it('useChat of the AI SDK shows an answer as it grows, with what it cost and who gave it', async () => {
    const parts = await asking();
    const { chat, kept } = opened(parts);
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const sent = chat.sendMessage({ text: 'Count.' });
    await until(() => textOf(chat.lastMessage) === 'Half ');
    expect(chat.status).toBe('streaming');
    gate.open();
    await sent;
    expect([chat.status, textOf(chat.lastMessage)]).toEqual(['ready', 'Half and half.']);
    expect(chat.lastMessage?.metadata).toMatchObject({ usage: { cost: { currency: 'USD' } }, provenance: { deployment: 'vendor' } });
    expect(kept.size).toBe(0);
  });

  it('useChat of the AI SDK that stops stops the provider, keeps the text, and goes on with the next message', async () => {
    const parts = await asking();
    const { chat } = opened(parts);
    says(parts, 'Half ', newGate());
    const sent = chat.sendMessage({ text: 'Count.' });
    await until(() => textOf(chat.lastMessage) === 'Half ');
    await chat.stop();
    await sent;
    await until(() => parts.upstream.requests[0]?.cut() === true);
    expect(textOf(chat.lastMessage)).toBe('Half ');
    says(parts, 'Whole.');
    await chat.sendMessage({ text: 'Again.' });
    expect(textOf(chat.lastMessage)).toBe('Whole.');
    expect(parts.upstream.requests[1]?.json()).toMatchObject({ messages: [{ role: 'user' }, { content: 'Half ' }, { role: 'user' }] });
  });

  it('useChat of the AI SDK that is loaded again goes on with the same answer, in one message, and a stop then reaches the provider', async () => {
    const parts = await asking();
    const { chat, reload } = opened(parts);
    const gate = newGate();
    says(parts, 'One ', gate, 'two ', newGate(), 'three');
    void chat.sendMessage({ text: 'Count.' });
    await until(() => textOf(chat.lastMessage) === 'One ');
    for (const known of [chat.messages.slice(0, 1), chat.messages]) {
      const again = reload(known);
      void again.resumeStream();
      await until(() => textOf(again.lastMessage) === 'One ');
      expect(again.messages).toHaveLength(2);
      expect(again.memory.most).toBeLessThanOrEqual(2);
    }
    const last = reload(chat.messages);
    void last.resumeStream();
    gate.open();
    await until(() => textOf(last.lastMessage) === 'One two ');
    await last.stop();
    await until(() => parts.upstream.requests[0]?.cut() === true);
    expect(parts.upstream.requests).toHaveLength(1);
  });

  it('useChat of the AI SDK that resumes twice at once, as StrictMode makes it, stops nothing', async () => {
    const parts = await asking();
    const { chat, reload } = opened(parts);
    const gate = newGate();
    says(parts, 'One ', gate, 'two.');
    void chat.sendMessage({ text: 'Count.' });
    await until(() => textOf(chat.lastMessage) === 'One ');
    const again = reload(chat.messages.slice(0, 1));
    void again.resumeStream();
    const resumed = again.resumeStream();
    await until(() => textOf(again.lastMessage) === 'One ');
    gate.open();
    await resumed;
    expect([again.status, textOf(again.lastMessage), again.messages.length]).toEqual(['ready', 'One two.', 2]);
    expect(parts.upstream.requests).toHaveLength(1);
  });

  it('useChat of the AI SDK has nothing to resume behind the end', async () => {
    const parts = await asking();
    const { chat, reload } = opened(parts);
    says(parts, 'Whole.');
    await chat.sendMessage({ text: 'Count.' });
    const again = reload(chat.messages);
    await again.resumeStream();
    expect([again.status, again.messages.length]).toEqual(['ready', 2]);
    expect(parts.upstream.requests).toHaveLength(1);
  });

  it('useChat of the AI SDK survives lost connections without an error', async () => {
    const parts = await asking();
    const { chat } = opened(parts);
    const gate = newGate();
    says(parts, 'Half ', gate, 'and half.');
    const sent = chat.sendMessage({ text: 'Count.' });
    await until(() => textOf(chat.lastMessage) === 'Half ');
    parts.proxy.cut();
    gate.open();
    await sent;
    expect([chat.status, chat.error, textOf(chat.lastMessage)]).toEqual(['ready', undefined, 'Half and half.']);
    expect(parts.upstream.requests).toHaveLength(1);
  });

  it('useChat of the AI SDK is told why an answer failed, and keeps the bubble', async () => {
    const parts = await asking();
    const { chat } = opened(parts);
    parts.upstream.plays(compatible.refuses('down'));
    await chat.sendMessage({ text: 'Count.' });
    expect(chat.status).toBe('error');
    expect(chat.error?.message).toMatch(/failed to answer/);
    expect(chat.lastMessage).toMatchObject({
      role: 'assistant',
      parts: expect.arrayContaining([expect.objectContaining({ type: 'data-failure' })]),
    });
  });

  it('useChat of the AI SDK has a tool call once it is whole, sends the result, and goes on in the same message, also after a reload', async () => {
    const parts = await asking();
    const tools = [{ name: 'order', parameters: { type: 'object', properties: { colour: { type: 'string' } } } }];
    const { chat, reload } = opened(parts, { input: { tools } });
    parts.upstream.plays(callsTool('call-1', 'order', '{"colour":"red"}'));
    await chat.sendMessage({ text: 'Order it in red.' });
    const call = chat.lastMessage?.parts.find((part) => part.type === 'dynamic-tool');
    expect(call).toMatchObject({ toolCallId: 'call-1', toolName: 'order', state: 'input-available', input: { colour: 'red' } });
    await chat.addToolOutput({ tool: 'order', toolCallId: 'call-1', output: { ok: true } });
    const gate = newGate();
    says(parts, 'Ordered', gate, '.');
    const sent = chat.sendMessage();
    await until(() => textOf(chat.lastMessage) === 'Ordered');
    const again = reload(chat.messages);
    void again.resumeStream();
    await until(() => textOf(again.lastMessage) === 'Ordered');
    expect(again.messages).toHaveLength(2);
    expect(again.lastMessage?.parts.filter((part) => part.type === 'dynamic-tool')).toMatchObject([{ state: 'output-available' }]);
    gate.open();
    await sent;
    expect(chat.messages).toHaveLength(2);
    expect(textOf(chat.lastMessage)).toBe('Ordered.');
    expect(parts.upstream.requests[1]?.json()).toMatchObject({ messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'tool' }] });
  });
});
