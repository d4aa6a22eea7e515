/** A page of a site without a gateway of its own in between: its backend gives it tokens, and it asks the gateway itself. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useAnswer } from '../../../src/client/react/hooks.ts';
import { createClient } from '../../../src/client/sdk.ts';

async function tokenOf(): Promise<string> {
  const { secret } = (await (await fetch('/token')).json()) as { readonly secret: string };
  return secret;
}

const client = createClient({ url: '/graphql', token: tokenOf });

function Page() {
  const { text, status, ask } = useAnswer(client);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ask({ prompt: { text: String(new FormData(event.currentTarget).get('question')) } });
      }}
    >
      <input name="question" aria-label="Question" />
      <p className="answer">{text}</p>
      <p className="status">{status}</p>
    </form>
  );
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <Page />
  </StrictMode>,
);
