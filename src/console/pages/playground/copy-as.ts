/** What a run asks, as texts that run elsewhere. None of them has a key in it. */
import { aiAnswerStream, completionStream } from '../../../client/completion-documents.ts';
import { type Asked, inputOf } from './runs.ts';

export const forms = ['GraphQL', 'curl', 'TypeScript'] as const;
export type Form = (typeof forms)[number];

export function copyAs(form: Form, asked: Asked, route: string, url: string): string {
  const input = inputOf(asked, route);
  const query = asked.collection === '' ? completionStream : aiAnswerStream;
  if (form === 'GraphQL') return `${shortQuery(asked)}\n\n# Variables\n${commented(JSON.stringify({ input }, null, 2))}\n`;
  if (form === 'curl') {
    const body = JSON.stringify({ query: shortQuery(asked), variables: { input } });
    return [
      `curl -N ${url}`,
      `-H "Authorization: Bearer $FIELDGATE_KEY"`,
      `-H 'Content-Type: application/json'`,
      `-H 'Accept: text/event-stream'`,
      `--data-binary ${shellQuoted(body)}`,
    ].join(' \\\n  ');
  }
  const method = query === completionStream ? 'complete' : 'answer';
  return `import { createClient } from 'fieldgate/client';

const gate = createClient({ url: ${JSON.stringify(url)}, token: process.env['FIELDGATE_KEY'] ?? null });
const answer = gate.${method}(${JSON.stringify(input, null, 2)});
for await (const event of answer) if (event.__typename === 'TextDelta') process.stdout.write(event.text);
`;
}

const commented = (text: string): string => text.replaceAll(/^/gm, '# ');
const shellQuoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** What a person reads; the client asks for more. */
function shortQuery({ collection }: Asked): string {
  const [field, type] = collection === '' ? ['completionStream', 'CompletionInput'] : ['aiAnswerStream', 'AiAnswerInput'];
  return `subscription Ask($input: ${type}!) {
  ${field}(input: $input) {
    seq
    cursor
    ... on TextDelta { text }
    ... on CompletionFinished { completion { usage { totalTokens cost { amount currency } } } }
    ... on CompletionFailed { failure { code message retryAfterMs errorId } }
  }
}`;
}
