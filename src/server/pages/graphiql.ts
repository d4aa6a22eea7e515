/** GraphiQL in one page of 9 MB that loads nothing from other hosts. It is built when first opened and kept compressed. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { isDeepStrictEqual, promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { answersVaryBy } from '../http/respond.ts';
import { activeTabScript } from './active-tab.ts';
import { keyOfAddressScript } from './key-of-address.ts';

interface Page {
  readonly html: Buffer;
  readonly policy: string;
}

/**
 * `documents` are shown at the first visit, each in a tab of its own; later the browser shows what was left in the tabs. The page is built
 * anew when they change.
 */
export function graphiqlPage(documents: () => readonly string[]): (response: ServerResponse) => Promise<void> {
  let made: { readonly documents: readonly string[]; readonly page: Promise<Page> } | null = null;
  return async (response) => {
    const wanted = documents();
    if (made === null || !isDeepStrictEqual(made.documents, wanted)) made = { documents: wanted, page: makePage(wanted) };
    const { html, policy } = await made.page;
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Encoding': 'gzip',
      'Content-Length': String(html.length),
      'Content-Security-Policy': policy,
      Vary: answersVaryBy,
      'Cache-Control': 'no-cache',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(html);
  };
}

async function makePage(documents: readonly string[]): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({
    title: 'Fieldgate',
    logo: mark('currentColor'),
    favicon: `data:image/svg+xml,${encodeURIComponent(mark('#d60590'))}`,
    // Without an endpoint it asks the path that it is shown at: a proxy may put the gateway anywhere, and a contract has a path of its own.
    defaultTabs: documents.map((query) => ({ query })),
    defaultEditorToolsVisibility: false,
    // GraphiQL sends subscriptions over SSE by GET, and operations that call a model never run by GET.
    method: 'POST',
    subscriptionsProtocol: 'SSE',
  })
    .replace('</style>', `${narrow}</style><meta name="viewport" content="width=device-width, initial-scale=1" />`)
    .replace('<script>', () => `<script>${keyOfAddressScript}${activeTabScript}`);
  return { html: await promisify(gzip)(html), policy: policyFor(html) };
}

/** The logo: a gate of two posts and a lintel, with fields that pass through. */
const mark = (colour: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="${colour}" stroke-width="2" stroke-linecap="round"><path d="M4 21V8a8 5 0 0 1 16 0v13"/><path d="M9 13h6M9 17h6"/></svg>`;

/** On a phone the panes stand under each other, each with the whole width; and all tabs can be seen, without the name beside them. */
const narrow = `
@media (max-width: 700px) {
  .graphiql-container { --sidebar-width: 44px; }
  .graphiql-container .graphiql-sessions { margin: 8px 8px 8px 0; }
  .graphiql-container .graphiql-main, .graphiql-container #graphiql-session { flex-direction: column; }
  .graphiql-container #graphiql-session > *, .graphiql-container .graphiql-main > * { min-height: 0; }
  .graphiql-container .graphiql-horizontal-drag-bar { display: none; }
  .graphiql-container .graphiql-session-header { height: auto; min-height: var(--session-header-height); }
  .graphiql-container .graphiql-tabs { flex-wrap: wrap; overflow: visible; }
}
@media (max-width: 480px) {
  .graphiql-container .graphiql-logo { display: none; }
}
`;

/** The policy allows one script, by its hash, and the workers that it makes of blobs. The page talks to this server alone. */
function policyFor(html: string): string {
  const from = html.indexOf('<script>') + '<script>'.length;
  // Parsers turn CR LF into LF before the hash is taken.
  const script = html.slice(from, html.indexOf('</script>', from)).replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const hash = createHash('sha256').update(script).digest('base64');
  return [
    "default-src 'none'",
    `script-src 'sha256-${hash}' blob:`,
    'worker-src blob:',
    "style-src 'unsafe-inline'",
    'img-src data:',
    'font-src data:',
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
