import { useChat } from '../../src/client/react/hooks.ts';
import { createClient } from '../../src/client/sdk.ts';

const client = createClient({ url: '/graphql', token: () => sessionStorage.getItem('token') });

export function Chat() {
  const { messages, status, send, stop } = useChat(client, { chatId: 'support' });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (send(String(new FormData(event.currentTarget).get('question')))) event.currentTarget.reset();
      }}
    >
      {messages.map((message) => (
        <p key={message.id} className={message.role}>
          {message.text} {message.role === 'assistant' && <em>{message.failure?.message}</em>}
        </p>
      ))}
      <input name="question" aria-label="Question" />
      {status === 'streaming' ? (
        <button key="stop" type="button" onClick={stop}>
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
