/** Pages in a headless Chromium: the system's own. Where there is none, the tests are skipped by name. */

import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { type Plugin, rolldown } from 'rolldown';
import { whenOver } from '../../harness.ts';
import { installedBrowser } from './installed-browser.ts';

const executablePath = installedBrowser(process.env);
export const hasBrowser = executablePath !== null;

const launch = (): Promise<Browser> =>
  chromium.launch({
    ...(executablePath === null ? {} : { executablePath }),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });

let launched: Browser | null = null;

/** One browser for all files that a worker runs; it ends with the worker. What a file has opened in it is closed when the file is over. */
export async function openBrowser(): Promise<Browser> {
  if (launched === null || !launched.isConnected()) launched = await launch();
  const browser = launched;
  whenOver(async () => {
    for (const context of browser.contexts()) await context.close();
  });
  return browser;
}

/** Does what babel-plugin-relay does in an app: each tag becomes the artefact that relay-compiler made of it. */
const relayTags: Plugin = {
  name: 'relay-tags',
  transform(code) {
    const names = new Set<string>();
    const text = code.replace(/graphql`\s*(?:query|mutation|subscription|fragment) (\w+)[^`]*`/g, (_, name: string) => {
      names.add(name);
      return `artefact_${name}`;
    });
    return [...names].map((name) => `import artefact_${name} from './__generated__/${name}.graphql.ts';\n`).join('') + text;
  },
};

/** `production`: React as people deploy it; else with the checks of StrictMode. */
async function bundled(input: string, production: boolean): Promise<string> {
  const mode = JSON.stringify(production ? 'production' : 'development');
  const bundle = await rolldown({
    input,
    platform: 'browser',
    plugins: input.includes('relay') ? [relayTags] : [],
    transform: { define: { 'process.env.NODE_ENV': mode } },
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'esm' });
  await bundle.close();
  return output[0].code;
}

/** Serves the app at `/`, and hands `/graphql` on to the gateway, as a site's own server does. Returns the site's address. */
export async function serveApp(input: string, gateway: string, production = false): Promise<string> {
  const code = await bundled(input, production);
  const { hostname, port } = new URL(gateway);
  const server = createServer((incoming, response) => {
    if (incoming.url === '/app.js') response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(code);
    else if (incoming.url?.startsWith('/graphql')) {
      const onward = request({ hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      incoming.pipe(onward);
    } else if (incoming.url === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(
        '<!doctype html><html lang="en"><title>App</title><div id="root"></div><script type="module" src="/app.js"></script></html>',
      );
    } else response.writeHead(404).end();
  });
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (incoming, socket, head) => {
    upgraded.add(socket);
    const onward = connect(Number(port), hostname, () => {
      const headers = Object.entries(incoming.headers).map(([name, value]) => `${name}: ${value}\r\n`);
      onward.write(`GET ${incoming.url} HTTP/1.1\r\n${headers.join('')}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const [one, other] of [
      [socket, onward],
      [onward, socket],
    ] as const)
      one.on('error', () => {}).on('close', () => other.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  whenOver(() => {
    for (const socket of upgraded) socket.destroy();
    return new Promise<void>((resolve) => void server.close(() => resolve()).closeAllConnections());
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** A tab on the app, logged in; what goes wrong in it fails the test. */
export async function openTab(
  context: BrowserContext,
  site: string,
  key: string | null,
  stored: Readonly<Record<string, string>> = {},
): Promise<Page> {
  const page = await context.newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  const items = Object.entries({ ...stored, ...(key === null ? {} : { token: key }) });
  await page.addInitScript((all) => all.forEach(([name, value]) => void sessionStorage.setItem(name, value)), items);
  await page.goto(site);
  return page;
}
