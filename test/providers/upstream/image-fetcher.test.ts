import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type FetchedImage, type ImageRules, imageFetcher } from '../../../src/providers/upstream/image-fetcher.ts';

const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
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
const rules: ImageRules = { http: true, privateHosts: ['127.0.0.1'] };
const never = new AbortController().signal;
const fetchImage = (url: string, given: ImageRules, signal: AbortSignal): Promise<FetchedImage> => imageFetcher(given, signal)(url);

describe('an image by URL', () => {
  it('an image by URL is fetched and sent as bytes, of the type that it is', async () => {
    const url = await serving((_, response) => response.setHeader('content-type', 'text/html').end(png));
    expect(await fetchImage(url, rules, never)).toEqual({ base64: png.toString('base64'), mediaType: 'image/png' });
  });

  it('an image by URL may be written into the request', async () => {
    const url = `data:image/png;base64,${png.toString('base64')}`;
    expect(await fetchImage(url, {}, never)).toEqual({ base64: png.toString('base64'), mediaType: 'image/png' });
  });

  it.each([
    ['http', 'http://example.com/a.png', /not an https URL/],
    ['a file', 'file:///etc/passwd', /not an https URL/],
    ['nonsense', 'a.png', /not an https URL/],
    ['a password', 'https://u:p@example.com/a.png', /user or password/],
    ['loopback', 'https://127.0.0.1/a.png', /private address/],
    ['loopback as one number', 'https://2130706433/a.png', /private address/],
    ['loopback in octal', 'https://0177.0.0.1/a.png', /private address/],
    ['IPv6 loopback', 'https://[::1]/a.png', /private address/],
    ['IPv4 inside IPv6', 'https://[::ffff:127.0.0.1]/a.png', /private address/],
    ['the cloud’s metadata', 'https://169.254.169.254/latest', /private address/],
    ['a name with a private address', 'https://localhost/a.png', /private address/],
  ])('an image by URL is refused for %s, before anything is asked', async (_, url, message) => {
    await expect(fetchImage(url, {}, never)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      retryable: false,
      message: expect.stringMatching(message),
    });
  });

  it('an image by URL shares the bounds on number and size with the others of its request', async () => {
    let asked = 0;
    const url = await serving((_, response) => {
      asked += 1;
      response.end(png);
    });
    const few = imageFetcher({ ...rules, maxImages: 2 }, never);
    await Promise.all([few(url), few(url)]);
    await expect(few(url)).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/may name 2 by URL/) });
    expect(asked).toBe(2);

    const small = imageFetcher({ ...rules, maxTotalBytes: 2 * png.length }, never);
    await Promise.all([small(url), small(url)]);
    await expect(small(url)).rejects.toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/with the other images/) });
  });

  it('an image by URL is ended when another of its request is refused', async () => {
    const left = Promise.withResolvers<void>();
    const url = await serving((request, response) => {
      if (request.url === '/hangs') response.once('close', () => left.resolve());
      else response.end('no picture');
    });
    const fetched = imageFetcher(rules, never);
    const both = Promise.all([fetched(`${url}/hangs`), fetched(`${url}/text`)]);
    await expect(both).rejects.toMatchObject({ message: expect.stringMatching(/not a PNG/) });
    await left.promise;
  });

  it.each([
    ['it is too large', png, { maxBytes: png.length - 1 }, /larger than/],
    ['it is no image', Buffer.from('<svg/>'), {}, /not a PNG/],
  ])('an image by URL is refused when %s', async (_, body, more, message) => {
    const url = await serving((_request, response) => response.setHeader('content-type', 'image/png').end(body));
    await expect(fetchImage(url, { ...rules, ...more }, never)).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringMatching(message),
    });
  });

  it('an image by URL is refused without the URL being repeated, with the status that its server gave', async () => {
    const url = await serving((_, response) => response.writeHead(404).end());
    const error = await fetchImage(`${url}/secret-path`, rules, never).catch((thrown: Error) => thrown);
    expect(error).toMatchObject({ message: expect.stringMatching(/status 404/) });
    expect(String(error)).not.toMatch(/secret-path|127\.0\.0\.1/);
  });
});
