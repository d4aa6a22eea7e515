/** The page: the conversations that the gateway keeps, and the one that is open. Its id stands behind the `#`. */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import type { Conversation as KeptConversation } from '../../src/client/chat/kept-chats.ts';
import { Composer } from './composer.tsx';
import { Conversation } from './conversation.tsx';
import { ConversationList } from './conversation-list.tsx';
import { useDraft } from './draft.ts';
import { client, kept, readSources, type Sources } from './gate.ts';
import { useOnline } from './online.ts';
import { toolInputs } from './tools.ts';

const model = 'the model';

function subscribeToHash(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
const idInHash = (): string | null => /^#\/([\w-]+)$/.exec(location.hash)?.[1] ?? null;

export function App() {
  const id = useSyncExternalStore(subscribeToHash, idInHash);
  const online = useOnline();
  const [sources, setSources] = useState<Sources>({ collections: [], route: 'default' });
  const [source, setSource] = useState(() => sessionStorage.getItem('source') ?? '');
  const [listed, setListed] = useState<{ readonly all: readonly KeptConversation[]; readonly cursor: string | null }>({
    all: [],
    cursor: null,
  });
  const [error, setError] = useState('');
  const [isListOpen, setListOpen] = useState(false);
  /** What is asked in a conversation that is being begun. */
  const [first, setFirst] = useState<{ readonly id: string; readonly text: string } | null>(null);

  const reload = useCallback(() => {
    kept
      .list()
      .then(({ conversations, endCursor }) => {
        setListed({ all: conversations, cursor: endCursor });
        setError('');
      })
      .catch((reason: Error) => setError(reason.message));
  }, []);
  useEffect(() => {
    reload();
    readSources()
      .then(setSources)
      .catch((reason: Error) => setError(reason.message));
    addEventListener('focus', reload);
    return () => removeEventListener('focus', reload);
  }, [reload]);

  const asked = sources.collections.includes(source) || source === model ? source : (sources.collections[0] ?? model);
  const now = useRef({ asked, route: sources.route });
  now.current = { asked, route: sources.route };
  const options = useMemo(
    () => ({
      input: () => ({ route: now.current.route, tools: toolInputs }),
      ask(turn: Parameters<NonNullable<NonNullable<Parameters<typeof kept.open>[1]>['ask']>>[0]) {
        const { conversation, idempotencyKey, messages, text } = turn;
        const { asked: collection, route } = now.current;
        if (collection === model || text === '')
          return client.complete(
            { conversation, idempotencyKey, route, tools: toolInputs, prompt: { messages } },
            { background: true, leaving: 'follow' },
          );
        return client.answer({ collection, question: text, conversation, idempotencyKey, route }, { leaving: 'follow' });
      },
    }),
    [],
  );

  async function begin(text: string): Promise<void> {
    try {
      const made = await kept.create();
      setFirst({ id: made.id, text });
      location.hash = `#/${made.id}`;
      setError('');
    } catch (reason) {
      setError((reason as Error).message);
      throw reason;
    }
  }
  async function remove({ id: gone, title }: KeptConversation): Promise<void> {
    if (!confirm(`Delete “${title ?? 'New conversation'}” for good?`)) return;
    try {
      await kept.delete(gone);
      if (gone === id) location.hash = '';
      reload();
    } catch (reason) {
      setError((reason as Error).message);
    }
  }
  const close = useCallback(() => {
    location.hash = '';
  }, []);
  async function more(): Promise<void> {
    const { conversations, endCursor } = await kept.list({ after: listed.cursor });
    setListed(({ all }) => ({ all: [...all, ...conversations], cursor: endCursor }));
  }

  const select = (
    <label className="source">
      <span>Ask</span>
      <select
        value={asked}
        onChange={(event) => {
          setSource(event.currentTarget.value);
          sessionStorage.setItem('source', event.currentTarget.value);
        }}
      >
        {sources.collections.map((name) => (
          <option key={name} value={name}>
            documents: {name}
          </option>
        ))}
        <option value={model}>{model}</option>
      </select>
    </label>
  );
  const title = listed.all.find((one) => one.id === id)?.title ?? 'New conversation';
  useEffect(() => {
    document.title = id === null ? 'Chat' : `${title} – Chat`;
  }, [id, title]);

  return (
    <div className="app" data-list={isListOpen ? 'open' : 'closed'}>
      <header>
        <button
          type="button"
          className="menu"
          aria-expanded={isListOpen}
          aria-controls="conversations"
          onClick={() => setListOpen(!isListOpen)}
        >
          Conversations
        </button>
        <h1 dir="auto">{id === null ? 'Chat' : title}</h1>
      </header>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a link in it was followed; the keyboard follows it by a click, too */}
      <nav id="conversations" aria-label="Conversations" onClick={(event) => (event.target as Element).closest('a') && setListOpen(false)}>
        <a className="new" href="#/">
          New conversation
        </a>
        <ConversationList
          conversations={listed.all}
          selected={id}
          hasMore={listed.cursor !== null}
          onMore={() => void more()}
          onDelete={(one) => void remove(one)}
        />
      </nav>
      <main>
        {!online && (
          <p className="banner" role="status">
            You are offline. What you have sent goes on by itself when the network is back.
          </p>
        )}
        {error !== '' && (
          <p className="banner failure" role="alert">
            {error}
          </p>
        )}
        {id === null ? (
          <Beginning onSend={begin}>{select}</Beginning>
        ) : (
          <Conversation key={id} id={id} options={options} first={first?.id === id ? first.text : null} onChange={reload} onMissing={close}>
            {select}
          </Conversation>
        )}
      </main>
    </div>
  );
}

/** Before anything was said. */
function Beginning({ onSend, children }: { readonly onSend: (text: string) => Promise<void>; readonly children: React.ReactNode }) {
  const [draft, setDraft] = useDraft('new');
  const [isSending, setSending] = useState(false);
  function send(): void {
    const text = draft.trim();
    if (text === '' || isSending) return;
    setSending(true);
    onSend(text)
      .then(() => setDraft(''))
      .catch(() => setSending(false));
  }
  return (
    <>
      <section className="log hello">
        <h2>What would you like to know?</h2>
        <p className="note">Answers come from the gateway that serves this page. It keeps your conversations for you alone.</p>
      </section>
      <Composer draft={draft} onDraft={setDraft} isSending={isSending} isAnswering={false} onSend={send} onStop={() => {}}>
        {children}
      </Composer>
    </>
  );
}
