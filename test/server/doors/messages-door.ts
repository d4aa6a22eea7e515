/** A door without documents, in full: the Messages API over the real pipeline. */
import { asGatewayError } from '../../../src/core/errors.ts';
import type { Door, Visit } from '../../../src/doors/door.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { messages } from '../../../src/wires/messages/messages.ts';
import { call, gateway, route } from '../../doubles.ts';

export function messagesDoor(provider: Provider): Door {
  const { handle } = gateway([route('default', [provider])]);

  async function answer({ body, principal, signal, response, wrote }: Visit): Promise<void> {
    const { model, stream, request } = messages.decodeRequest(JSON.parse(String(await body())));
    const asked = call({ principal, signal, route: model });
    const head = { id: asked.id, model, created: 0, includeUsage: true };
    if (!stream) {
      const { chunks } = await handle.whole(request, asked);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(messages.encodeAnswer({ chunks, usage: null }, head)));
      return;
    }
    const events = messages.encodeEvents(head);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(events.start());
    try {
      for await (const chunks of handle.stream(request, asked)) {
        response.write(events.take(chunks));
        await wrote();
      }
      response.end(events.end(null));
    } catch (error) {
      response.end(events.fail(asGatewayError(error)));
    }
  }

  return {
    path: '/v1',
    answer,
    refuse(response, failure, headers) {
      const { status, body } = messages.encodeFailure(failure);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    },
  };
}
