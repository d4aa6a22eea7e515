/** Long prompts and answers on a route that masks and has guardrails, through a whole gateway over HTTP. */
import type { GatewayConfig } from '../../../src/config/config.ts';
import { patternGuard } from '../../../src/pipeline/guard/pattern-guard.ts';
import type { HostileCase } from './hostile-case.ts';
import { completionQuery, posted } from './posted.ts';

const embedding = 'query ($input: EmbeddingInput!) { embedding(input: $input) { __typename ... on Failure { code message } } }';
const guardrail = patternGuard({ name: 'codenames', patterns: ['(?i)project\\s+x', 'fal.{0,200}con', '\\bACME-\\d{4}\\b'] });
const settings = { guardrails: [{ guardrail, routes: '*' }], maskPersonalData: '*' } as const;

/** A pattern whose match may be as long as the text. */
const endless = patternGuard({ name: 'endless', patterns: ['(?is)fal.*con', 'q[^b]*b[^q]*c', '(?:x+y?)+z'] });
const withEndless = { guardrails: [{ guardrail: endless, routes: '*' }] } as const;

const attackOn = (
  name: string,
  variables: () => object,
  {
    says = 'Yes.',
    ask = completionQuery,
    by = settings,
    refused = null,
  }: { readonly says?: string; readonly ask?: string; readonly by?: Partial<GatewayConfig>; readonly refused?: RegExp | null } = {},
): HostileCase => posted({ name: `guards: ${name}`, query: ask, variables, refused, says, settings: by });

const prompt = (text: string): object => ({ input: { prompt: { text } } });
const repeated = (count: number, piece: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => piece(index)).join('');
const inMessages = (count: number): object => ({
  input: { prompt: { messages: Array.from({ length: count }, () => ({ role: 'USER', content: [{ text: 'Hi you.' }] })) } },
});

const tooManyFinds = /more than 20000 different addresses, numbers and secrets/;
const phone = (index: number): string => `+1 41555${String(index).padStart(6, '0')} `;

export const guardCases: readonly HostileCase[] = [
  attackOn(
    'a prompt of 1.9 MB with 90,000 different addresses, which are too many',
    () => prompt(repeated(90_000, (index) => `u${index}@cd${index}.com `)),
    {
      refused: tooManyFinds,
    },
  ),
  attackOn('a prompt of 450 KB with 19,000 different addresses', () => prompt(repeated(19_000, (index) => `u${index}@cd${index}.com `))),
  attackOn('a run of 1.9 MB of letters', () => prompt('a'.repeat(1_900_000))),
  attackOn('1.9 MB of telephone numbers, which are too many', () => prompt(repeated(126_000, phone)), { refused: tooManyFinds }),
  attackOn('19,000 telephone numbers', () => prompt(repeated(19_000, phone))),
  attackOn('1.9 MB of what a pattern counts', () => prompt(`${'fal '.repeat(1_000)}\ncon\n`.repeat(470))),
  attackOn('900,000 characters that show nothing', () => prompt('a\u200b'.repeat(450_000))),
  attackOn('1,950 messages', () => inMessages(1_950)),
  attackOn(
    '512 texts of 3.5 KB to embed',
    () => ({ input: { texts: Array.from({ length: 512 }, (_, index) => `text ${index}, `.repeat(320)) } }),
    { ask: embedding },
  ),
  attackOn('arguments of 49,000 numbers', () => ({
    input: {
      prompt: {
        messages: [
          {
            role: 'ASSISTANT',
            content: [{ toolCall: { id: '1', name: 't', arguments: { a: Array.from({ length: 49_000 }, (_, index) => index) } } }],
          },
          { role: 'TOOL', content: [{ toolResult: { callId: '1', content: 'ok' } }] },
        ],
      },
    },
  })),
  attackOn('an answer of 1 MB without the end of a sentence', () => prompt('Write to ann@x.io.'), { says: 'word '.repeat(200_000) }),
  attackOn('1.9 MB of beginnings of a match without a greatest length', () => prompt('falx q xxxx '.repeat(158_000)), { by: withEndless }),
  attackOn('an answer of 1 MB of such beginnings', () => prompt('Hi.'), { says: 'falx q xxxx. '.repeat(77_000), by: withEndless }),
  attackOn('an answer of 1 MB of placeholders', () => prompt('Write to ann@x.io.'), { says: '<EMAIL_1> '.repeat(100_000) }),
];
