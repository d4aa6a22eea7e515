import { GatewayError } from '../../core/errors.ts';
import { createGateway } from '../../gateway.ts';
import { routerSecretHeader } from '../../server/apollo.ts';
import type { Arguments } from '../arguments.ts';
import { soundConfig } from '../load-config.ts';
import { type RouterSecret, routerSecret } from '../router-secret.ts';
import { addressOf, isLoopback, serveUntilSignal } from '../serving.ts';

/** The AI schema and the operator's AI fields as a Federation-2 subgraph, for a router of another make. */
export async function subgraph(args: Arguments): Promise<void> {
  const { config, folder, warnings } = await soundConfig(args);
  if (config.graph?.ai === false)
    throw new GatewayError('BAD_REQUEST', 'graph.ai is false, so there is no AI subgraph to serve. Leave it out.');
  const router = routerSecret(config, folder);
  const address = addressOf(config);
  const gateway = await createGateway(config, { folder, loopback: isLoopback(address), router: router.secret });
  const refresh = async (): Promise<void> => void (await gateway.graph.refresh());
  await serveUntilSignal(gateway, address, (url) => [welcome(url, gateway.developmentKey, router, warnings)], refresh);
}

function welcome(url: string, developmentKey: string | null, { secret, made }: RouterSecret, warnings: readonly string[]): string {
  const lines = [
    '',
    `  Fieldgate   ${url}/graphql   (a Federation-2 subgraph; its SDL: { _service { sdl } })`,
    `  Health      ${url}/health/ready`,
    `  The router  sends ${routerSecretHeader}: ${made ? secret.reveal() : '(FIELDGATE_ROUTER_SECRET)'}, and each caller's own Authorization`,
    ...(developmentKey === null ? [] : [`  Your key    ${developmentKey}`]),
    ...warnings.map((warning) => `  Note        ${warning}`),
    '',
  ];
  return `${lines.join('\n')}\n`;
}
