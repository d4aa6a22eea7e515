/** Serves `GET /metrics`, at the clients' address or at an address of its own. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { asGatewayError, GatewayError } from '../../core/errors.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { HttpRefusal } from '../http/refusal.ts';
import { respondRefusal } from '../http/respond.ts';
import { targetOf } from '../http/target.ts';
import type { Masking } from '../response-errors.ts';

export const metricsPath = '/metrics';

export interface MetricsDoor {
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  /** Throws a GatewayError for callers who may not read them. */
  readonly admit: (authorization: string | null) => Promise<void>;
  /**
   * An address of their own, where everyone who reaches it may read them; null: `/metrics` at the door for clients, for those who are
   * admitted.
   */
  readonly at: { readonly host: string; readonly port: number } | null;
}

/** Throws what `admit` does, and 405. */
export async function answerMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  { metrics, admit }: Omit<MetricsDoor, 'at'>,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new HttpRefusal(405, `${request.method} is not used here: send GET.`, { Allow: 'GET, HEAD' });
  await admit(request.headers.authorization ?? null);
  const text = await metrics.text();
  if (response.destroyed) return;
  response.writeHead(200, {
    'Content-Type': metrics.contentType,
    'Content-Length': String(Buffer.byteLength(text)),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

/** Enough for a scraper or two and an operator. */
const maxMetricsConnections = 20;

export interface MetricsServer {
  /** Rejects in a sentence when the address is taken. */
  listen(): Promise<{ readonly url: string }>;
  close(): Promise<void>;
}

/** No key is checked: the address must be reachable only for readers of metrics. */
export function metricsServer(
  metrics: MetricsDoor['metrics'],
  mask: Masking,
  { host, port }: { readonly host: string; readonly port: number },
): MetricsServer {
  const door = { metrics, admit: async () => {} };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (targetOf(request).path !== metricsPath) throw new HttpRefusal(404, `There is nothing at this path. Paths: ${metricsPath}.`);
    await answerMetrics(request, response, door);
  };
  const server = createServer({ headersTimeout: 10_000, requestTimeout: 15_000 }, (request, response) => {
    response.on('error', () => {});
    answer(request, response).catch((error: unknown) => respondRefusal(response, asGatewayError(error), mask));
  });
  server.maxConnections = maxMetricsConnections;
  return {
    listen: () =>
      new Promise((resolve, reject) => {
        server.once('error', (cause: NodeJS.ErrnoException) =>
          reject(
            new GatewayError(
              'BAD_REQUEST',
              `Metrics cannot be served on ${host}:${port}: the system says ${cause.code ?? 'no'}. Choose another address in telemetry.metrics.`,
              {},
              { cause },
            ),
          ),
        );
        server.listen(port, host, () =>
          resolve({ url: `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}` }),
        );
      }),
    async close() {
      if (!server.listening) return;
      await new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      });
    },
  };
}
