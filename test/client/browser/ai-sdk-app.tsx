/** `useChat` of the AI SDK as its users write it; the app keeps its messages, as they do. */
import { useChat } from '@ai-sdk/react';
import { StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import { FieldgateChatTransport } from '../../../src/client/ai-sdk/chat-transport.ts';
import { createClient } from '../../../src/client/sdk.ts';

const client = createClient({ url: '/graphql', token: () => sessionStorage.getItem('token') });
const transport = new FieldgateChatTransport({ client });
const kept = JSON.parse(sessionStorage.getItem('messages') ?? '[]');

function Chat() {
  const { messages, status, sendMessage, stop } = useChat({ id: 'support', messages: kept, transport, resume: true });
  useEffect(() => sessionStorage.setItem('messages', JSON.stringify(messages)), [messages]);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void sendMessage({ text: String(new FormData(event.currentTarget).get('question')) });
      }}
    >
      {messages.map(({ id, role, parts }) => (
        <p key={id} className={role}>
          {parts.map((part) => (part.type === 'text' ? part.text : ''))}
        </p>
      ))}
      <input name="question" aria-label="Question" />
      {status === 'streaming' ? (
        <button key="stop" type="button" onClick={() => void stop()}>
          Stop
        </button>
      ) : (
        <button key="send" type="submit">
          Send
        </button>
      )}
    </form>
  );
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Chat />
  </StrictMode>,
);
