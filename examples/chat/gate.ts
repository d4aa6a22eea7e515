/** The gateway that this page asks: the one that serves it, wherever a proxy has put that. */
import { conversations } from '../../src/client/chat/kept-chats.ts';
import { createClient } from '../../src/client/sdk.ts';

const keyName = 'fieldgate-key';

/**
 * `fieldgate serve` prints the address with a key behind the `#`, which no server sees. It is taken out of the address, and kept for this tab
 * on the developer's own machine alone: elsewhere, whoever sends somebody a link with a key of his would read what is asked with it.
 */
const [, given] = /^#key=(fg_\w+)$/.exec(location.hash) ?? [];
if (given !== undefined) {
  if (['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)) sessionStorage.setItem(keyName, given);
  history.replaceState(null, '', location.pathname + location.search);
}

export const client = createClient({
  url: new URL('../graphql', document.baseURI).href,
  token: () => sessionStorage.getItem(keyName),
  clientName: 'chat',
});
export const kept = conversations(client);

/** What can be asked of: collections of documents, and the model itself. */
export interface Sources {
  readonly collections: readonly string[];
  /** The route `chat`, where the operator has one. */
  readonly route: string;
}

export async function readSources(): Promise<Sources> {
  const { data } = await client.query<
    { readonly aiCollections: readonly { readonly name: string }[]; readonly aiRoutes: readonly { readonly name: string }[] },
    object
  >('query Sources { aiCollections { name } aiRoutes { name } }');
  const routes = data.aiRoutes.map(({ name }) => name);
  return { collections: data.aiCollections.map(({ name }) => name), route: routes.includes('chat') ? 'chat' : 'default' };
}
