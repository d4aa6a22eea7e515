/**
 * One WebSocket from a page to the gateway. It shows the next token when half of the time of the present one is over, on the same
 * connection: answers go on. An app of some size takes `createClient` of `fieldgate/client`, which also comes back after a lost connection.
 */
const stream = `subscription ($input: CompletionInput!) { completionStream(input: $input) {
  ... on TextDelta { text } ... on CompletionFailed { failure { message } } } }`;

/** `tokenOf` resolves to `{ secret, expiresAt }`. Rejects when the gateway does not accept the token. */
export async function connect({ url, tokenOf, Socket = WebSocket }) {
  const listeners = new Map();
  const first = await tokenOf();
  const socket = new Socket(url, 'graphql-transport-ws');
  const send = (message) => socket.send(JSON.stringify(message));
  const bearer = ({ secret }) => ({ Authorization: `Bearer ${secret}` });
  let lastId = 0;
  let timer;

  await new Promise((resolve, reject) => {
    socket.onopen = () => send({ type: 'connection_init', payload: bearer(first) });
    socket.onclose = ({ reason }) => {
      clearTimeout(timer);
      reject(new Error(reason || 'The connection is over.'));
      for (const listen of listeners.values()) listen('error', [{ message: reason || 'The connection is over.' }]);
    };
    socket.onmessage = ({ data }) => {
      const { id, type, payload } = JSON.parse(data);
      if (type === 'connection_ack') resolve();
      if (type === 'ping') send({ type: 'pong' });
      listeners.get(id)?.(type, payload);
    };
  });

  function subscribe(payload, listen) {
    lastId += 1;
    const id = String(lastId);
    listeners.set(id, (type, result) => {
      if (type !== 'next') listeners.delete(id);
      listen(type, result);
    });
    send({ id, type: 'subscribe', payload });
  }

  /** Asks again in some seconds where the backend gives none. */
  function renewBefore({ expiresAt }) {
    const inMs = Math.max(0, Date.parse(expiresAt) - Date.now()) / 2;
    timer = setTimeout(() => tokenOf().then(showNext, () => renewBefore({ expiresAt: new Date(Date.now() + 10_000).toISOString() })), inMs);
  }
  function showNext(next) {
    subscribe({ query: '{ __typename }', extensions: { connectionInit: bearer(next) } }, () => {});
    renewBefore(next);
  }
  renewBefore(first);

  return {
    /** Resolves at the end of the answer; `onText` gets each piece. */
    ask(text, onText) {
      return new Promise((resolve, reject) => {
        subscribe({ query: stream, variables: { input: { prompt: { text } } } }, (type, result) => {
          const event = type === 'next' ? result.data.completionStream : {};
          if (event.text !== undefined) onText(event.text);
          if (event.failure !== undefined) reject(new Error(event.failure.message));
          if (type === 'error') reject(new Error(result[0].message));
          if (type === 'complete') resolve();
        });
      });
    },
    close: () => socket.close(),
  };
}
