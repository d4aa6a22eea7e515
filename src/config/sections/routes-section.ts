/** A route: the deployments that a call may go to, and the rule for trying them. */
import type { Strategy } from '../../routing/route.ts';
import { type StrategyName, strategies } from '../../routing/strategies.ts';
import { functionOr, listOf, noneOf } from '../kinds/composed.ts';
import { milliseconds, wholeNumber } from '../kinds/numbers.ts';
import { section } from '../kinds/section.ts';
import { needed } from '../kinds/setting.ts';
import { nameOf, oneOf, text } from '../kinds/texts.ts';

const hedgeSection = section('routes.<name>.hedge', {
  /** Milliseconds without a chunk after which the second deployment is asked too. */
  afterMs: needed(milliseconds()),
});

export const routeSection = section(
  'routes.<name>',
  {
    /** A description for people, shown by `aiRoutes`. */
    description: text(),
    /** In the order in which they are tried. */
    deployments: needed(listOf(nameOf('deployments'), { whenEmpty: noneOf('deployments', 'Deployments') })),
    /**
     * How the deployments are ordered before each call: a name, or a function of your own. The function returns some of the given deployments in
     * its order. When it throws or returns anything else, they are tried as configured, and the log reports it.
     */
    strategy: functionOr<Strategy, StrategyName, 'ordered'>(
      oneOf(Object.keys(strategies) as StrategyName[], { plural: 'Strategies', default: 'ordered' }),
      'a function from deployments, request and health to the deployments in order',
    ),
    /**
     * A system prompt in front of `prompt.text` and `prompt.messages` of callers, who can neither replace nor read it. AI fields, templates and
     * answers from documents have prompts of their own.
     */
    system: text({ whenEmpty: 'Write what models shall know first, or leave it out.' }),
    /** What happens to SYSTEM messages of callers when the route or the template has a system prompt: they are refused, or added after it. */
    callerSystem: oneOf(['refuse', 'after'], { plural: 'Choices', default: 'refuse' }),
    /** How long an answer may be reused. */
    cacheSeconds: wholeNumber({ unit: 'seconds', otherwise: 'they are not' }),
    /** Maximum number of attempts over all deployments, the repair of structured output included. */
    attempts: wholeNumber({ otherwise: 'one for each deployment, and one more' }),
    /**
     * Asks a second deployment too when the first one has sent nothing after this time. The first to answer is used and the other is cancelled;
     * both are paid for. Meant for rare slow starts: choose a time that nineteen of twenty calls need.
     */
    hedge: hedgeSection,
    /** Time limit for the first chunk. */
    firstChunkMs: milliseconds({ default: 30_000 }),
    /** Time limit between two chunks. */
    idleMs: milliseconds({ default: 20_000 }),
    /**
     * Whether a provider is asked for a whole answer instead of a stream when nobody watches the answer grow. `auto`: when the longest answer would
     * take at most `wholeModeMs` at the learned rate of the deployment, and no hedge waits for a first chunk.
     */
    wholeMode: oneOf(['auto', 'always', 'never'], { plural: 'Modes', default: 'auto' }),
    /** Maximum duration of an answer that `wholeMode: 'auto'` asks for as a whole. */
    wholeModeMs: milliseconds({ default: 10_000 }),
    /** Time limit of the whole call, retries included. */
    totalMs: milliseconds({ default: 300_000 }),
    /** Keys of `providerOptions` that callers may set. */
    providerOptions: listOf(text(), { default: [] }),
  },
  {
    rules: [
      {
        reads: ['deployments', 'hedge', 'attempts'],
        mistakes: ({ deployments, hedge, attempts = 2 }, path) =>
          hedge !== undefined && (new Set<unknown>(deployments).size < 2 || attempts < 2)
            ? [`${path}.hedge needs a second deployment and a second attempt. Name another in ${path}.deployments, or leave hedge out.`]
            : [],
      },
    ],
  },
);
