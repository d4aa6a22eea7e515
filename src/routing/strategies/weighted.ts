import type { Deployment, Strategy } from '../route.ts';

/**
 * Calls are spread in proportion to the weights; the rest of the order, drawn the same way, is the fallback. A weight
 * of 0 is only ever a fallback.
 */
export function weightedBy(random: () => number): Strategy {
  return (deployments) => {
    const rest = [...deployments];
    const order: Deployment[] = [];
    while (rest.length > 0) order.push(...rest.splice(drawn(rest, random), 1));
    return order;
  };
}

function drawn(deployments: readonly Deployment[], random: () => number): number {
  let left = random() * deployments.reduce((sum, deployment) => sum + deployment.weight, 0);
  for (const [index, { weight }] of deployments.entries()) {
    left -= weight;
    if (left < 0) return index;
  }
  return 0;
}
