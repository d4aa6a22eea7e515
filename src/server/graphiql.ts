/** GraphiQL, whole in one page of 9 MB that asks no other host for anything; made when first opened, and kept compressed. */
import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

interface Page {
  readonly html: Buffer;
  readonly policy: string;
}

export function graphiqlPage(endpoint: string, defaultQuery: string): (response: ServerResponse) => Promise<void> {
  let page: Promise<Page> | null = null;
  return async (response) => {
    page ??= makePage(endpoint, defaultQuery);
    const { html, policy } = await page;
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Encoding': 'gzip',
      'Content-Length': String(html.length),
      'Content-Security-Policy': policy,
      'Cache-Control': 'no-cache',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
    });
    response.end(html);
  };
}

async function makePage(endpoint: string, defaultQuery: string): Promise<Page> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = renderGraphiQL({ title: 'Fieldgate', endpoint, defaultQuery, subscriptionsProtocol: 'SSE' });
  return { html: await promisify(gzip)(html), policy: policyFor(html) };
}

/** The one script is named by its hash; the editor's workers are blobs made by it; it talks to this server alone. */
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
