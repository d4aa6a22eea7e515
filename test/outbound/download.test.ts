import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DownloadRefused, type DownloadRules, download } from '../../src/outbound/download.ts';
import { until } from '../contracts/provider.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server on 127.0.0.1 that the rules of these tests let through; every other private address stays closed. */
async function serving(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const rules: DownloadRules = { http: true, privateHosts: ['127.0.0.1'] };
const asked = { accept: 'text/plain', signal: new AbortController().signal };

describe('a download', () => {
  it('a download asks for what its caller accepts, and gives the bytes', async () => {
    const url = await serving((request, response) => response.end(`${request.method} ${request.headers.accept}`));
    expect((await download(url, rules, asked)).toString()).toBe('GET text/plain');
  });

  it('a download does not follow a redirect to where it may not go', async () => {
    const visited: (string | undefined)[] = [];
    const url = await serving((request, response) => {
      visited.push(request.url);
      response.writeHead(302, { location: `http://localhost:${request.socket.localPort}/inside` }).end();
    });
    await expect(download(`${url}/outside`, rules, asked)).rejects.toThrow('its host has a private address');
    expect(visited).toEqual(['/outside']);
  });

  it.each(['file:///etc/passwd', 'ftp://127.0.0.1/a', 'http://u:p@127.0.0.1/a', 'http://169.254.169.254/latest', 'http://[::1]/a'])(
    'a download does not follow a redirect to %s',
    async (location) => {
      const url = await serving((_, response) => response.writeHead(307, { location }).end());
      await expect(download(url, rules, asked)).rejects.toBeInstanceOf(DownloadRefused);
    },
  );

  it('a download follows a few redirects, and no more', async () => {
    const url = await serving((request, response) =>
      request.url === '/3' ? response.end('found') : response.writeHead(307, { location: `/${Number(request.url?.slice(1)) + 1}` }).end(),
    );
    expect((await download(`${url}/0`, rules, asked)).toString()).toBe('found');
    await expect(download(`${url}/-1`, rules, asked)).rejects.toThrow('it redirects too often');
  });

  it('a download is refused when it has too many bytes, or is ended by its counter', async () => {
    const url = await serving((_, response) => response.end('12345'));
    await expect(download(url, { ...rules, maxBytes: 4 }, asked)).rejects.toThrow('it is larger than 4 bytes');
    const count = (): void => {
      throw new DownloadRefused('there were others');
    };
    await expect(download(url, rules, { ...asked, count })).rejects.toMatchObject({ message: 'there were others', retryable: false });
  });

  it('a download is refused without the URL being repeated, with the status that its server gave', async () => {
    const url = await serving((_, response) => response.writeHead(404).end());
    const error = await download(`${url}/secret-path`, rules, asked).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ message: 'its server answered with status 404' });
  });

  it('a download is given up when it does not come in time, or when the caller leaves', async () => {
    let begun = 0;
    let closed = 0;
    const url = await serving((request, response) => {
      begun += 1;
      request.socket.once('close', () => {
        closed += 1;
      });
      response.write('begun');
    });
    await expect(download(url, { ...rules, timeoutMs: 100 }, asked)).rejects.toMatchObject({
      message: 'it did not arrive within 100 ms',
      retryable: true,
    });
    const controller = new AbortController();
    const downloading = download(url, rules, { ...asked, signal: controller.signal });
    await until(() => begun === 2);
    controller.abort();
    await expect(downloading).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => closed === 2);
  });
});
