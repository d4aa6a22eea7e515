import { callFor } from '../../../operations/field-call.ts';
import { usableRoutes } from '../../../operations/route-choice.ts';
import { askingField } from '../../call/asker.ts';
import type { Resolvers } from '../../generated.ts';
import { refuse } from '../../refuse.ts';
import type { Services } from '../../services.ts';

const maxLength = 100_000;

export function guardrailResolvers(services: Services): Resolvers {
  const { guards, routes } = services;
  return {
    Query: {
      aiGuardrails: (_, __, { principal }) =>
        guards.of(
          principal,
          usableRoutes(routes(), principal).map(({ name }) => name),
        ),
      testGuardrails: (_, { text, route, side }, context, info) => {
        if (text.length > maxLength) refuse(`text has ${text.length} UTF-16 units. It may have at most ${maxLength}.`);
        const names = usableRoutes(routes(), context.principal).map(({ name }) => name);
        if (!names.includes(route))
          refuse(`There is no route "${route.slice(0, 80)}" that you may use. Routes: ${names.join(', ') || 'none'}.`);
        const asker = { services, context, field: askingField(services, info) };
        const call = callFor(asker, { route, cache: { mode: 'bypass', maxAgeSeconds: null }, tags: {}, signal: context.signal });
        return guards.test(text, side === 'INPUT' ? 'input' : 'output', call);
      },
    },
    AiGuardTest: { passes: ({ verdicts }) => verdicts.every(({ outcome }) => outcome === 'allowed') },
    AiGuardVerdict: { outcome: ({ outcome }) => outcomes[outcome] },
  };
}

const outcomes = { allowed: 'ALLOWED', blocked: 'BLOCKED', failed: 'FAILED' } as const;
