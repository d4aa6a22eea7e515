import { callFor } from '../../../operations/field-call.ts';
import { usableRoutes } from '../../../operations/route-choice.ts';
import { askingField } from '../../call/asker.ts';
import type { Resolvers } from '../../generated.ts';
import { refuse } from '../../refuse.ts';
import type { Services } from '../../services.ts';

/** UTF-16 units of all texts of an operation: to mask so many takes a quarter of a second, and costs the caller nothing. */
const maxLength = 100_000;
/** Texts of an operation. Each may ask a service of the operator's that costs money, also for a caller whose rates are not limited. */
const maxTexts = 10;

const tested = new WeakMap<object, { readonly texts: number; readonly length: number }>();

function countText(operation: object, text: string): void {
  const before = tested.get(operation) ?? { texts: 0, length: 0 };
  const { texts, length } = { texts: before.texts + 1, length: before.length + text.length };
  tested.set(operation, { texts, length });
  if (texts > maxTexts) refuse(`This is text ${texts} that the operation tests. It may test at most ${maxTexts}.`);
  if (length > maxLength)
    refuse(`text has ${length} UTF-16 units, with others of this operation. All may have at most ${maxLength} together.`);
}

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
        countText(context.usage, text);
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
