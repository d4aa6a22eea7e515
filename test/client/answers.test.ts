/** What an answer is made of: structured output, tool calls, citations, a block in the middle, and kinds that are younger than the client. */
import { describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/sdk.ts';
import type { Guardrail } from '../../src/pipeline/guard/guardrail.ts';
import { startGateway } from '../harness.ts';
import { asking, eventsOf, prompt, says } from './asking.ts';
import { callsTool } from './tool-calls.ts';

describe('an answer', () => {
  it('an answer with structured output shows the object as it grows, and ends with the one that was validated', async () => {
    const parts = await asking();
    says(parts, '{"colour":"red","si', 'zes":[1,', '2]}');
    const schema = {
      type: 'object',
      properties: { colour: { type: 'string' }, sizes: { type: 'array', items: { type: 'integer' } } },
      required: ['colour', 'sizes'],
    };
    const answer = parts.gate.complete({ ...prompt('Describe it.'), output: { format: 'JSON', schema } });
    const objects = (await eventsOf(answer)).flatMap((event) => (event.__typename === 'ObjectDelta' ? [event.object] : []));
    expect(answer.snapshot()).toMatchObject({ status: 'completed', object: { colour: 'red', sizes: [1, 2] } });
    expect(objects.at(-1)).toEqual({ colour: 'red', sizes: [1, 2] });
    for (const object of objects)
      expect(answer.snapshot().object).toMatchObject({ colour: (object as { colour?: string }).colour ?? 'red' });
  });

  it('an answer whose output does not fit says INVALID_OUTPUT and where', async () => {
    const parts = await asking();
    says(parts, '{"colour":7}');
    const schema = { type: 'object', properties: { colour: { type: 'string' } }, required: ['colour'] };
    const answer = parts.gate.complete({ ...prompt('Describe it.'), output: { format: 'JSON', schema } });
    expect(await answer.done).toMatchObject({ status: 'failed', failure: { code: 'INVALID_OUTPUT', message: expect.any(String) } });
  });

  it('an answer shows the arguments of a tool call in every state, and the call itself once', async () => {
    const parts = await asking();
    parts.upstream.plays(callsTool('call-1', 'order', '{"colour":"red"}'));
    const tools = [{ name: 'order', parameters: { type: 'object', properties: { colour: { type: 'string' } } } }];
    const answer = parts.gate.complete({ ...prompt('Order it in red.'), tools });
    const ready: unknown[] = [];
    const shown = new Set<string>();
    for await (const event of answer) {
      if (event.__typename === 'ToolCallReady') ready.push(event.call);
      if (event.__typename === 'ToolCallDelta') shown.add(answer.snapshot().toolCalls[0]?.argumentsText ?? '');
    }
    expect(ready).toEqual([{ id: 'call-1', name: 'order', arguments: { colour: 'red' }, opaque: null }]);
    for (const text of shown) expect('{"colour":"red"}'.startsWith(text)).toBe(true);
    expect(answer.snapshot()).toMatchObject({ finishReason: 'TOOL_CALLS', toolCalls: [{ call: { arguments: { colour: 'red' } } }] });
  });

  it('an answer that a guardrail blocks in the middle shows nothing of what was blocked, and says which side it was', async () => {
    const secret: Guardrail = {
      name: 'secret',
      on: ['output'],
      window: 'sentence',
      check: (text) => (text.includes('password') ? { action: 'block', message: 'Secrets stay inside.' } : { action: 'allow' }),
    };
    const parts = await asking({}, { guardrails: [{ guardrail: secret, routes: '*' }] });
    says(parts, 'This is allowed. ', 'The password is ', 'hunter2. ', 'And more.');
    const answer = parts.gate.complete(prompt('Tell me.'));
    const seen: string[] = [];
    answer.subscribe(() => seen.push(answer.snapshot().text));
    expect(await answer.done).toMatchObject({
      status: 'failed',
      failure: { code: 'GUARDRAIL_BLOCKED', message: expect.stringContaining('Secrets') },
    });
    expect([...seen, answer.snapshot().text].filter((text) => text.includes('password'))).toEqual([]);
  });

  it('an answer from documents has its citations, which outlast the end', async () => {
    const gateway = await startGateway();
    const text = 'You can return a product within 30 days. We pay the postage.';
    const { data } = await gateway.ask(
      'mutation ($text: String!) { ingest(input: { collection: "documents", sources: [{ id: "returns", title: "Returns", text: $text }] }) { id } }',
      { text },
    );
    const gate = createClient({ url: gateway.url, token: gateway.developmentKey });
    await Array.fromAsync(gate.stream('subscription ($id: ID!) { ingestion(id: $id) { status } }', { id: data.ingest.id }));
    const answer = gate.answer({ collection: 'documents', question: 'Within how many days can I return a product?' });
    const events = await eventsOf(answer);
    const added = events.flatMap((event) => (event.__typename === 'CitationAdded' ? [event.citation] : []));
    expect(added.length).toBeGreaterThan(0);
    expect(answer.snapshot().citations).toEqual(added);
    expect(added[0]).toMatchObject({ marker: '[1]', passage: { source: { id: 'returns', title: 'Returns' } } });
  });

  it('an answer that has ended can be read again by its id, from the first event, from a cursor, and as what it has become', async () => {
    const parts = await asking();
    says(parts, 'One ', 'two ', 'three.');
    const answer = parts.gate.complete(prompt('Count.'));
    const events = await eventsOf(answer);
    const { id, text } = answer.snapshot();
    expect(await eventsOf(parts.gate.resume({ id }))).toEqual(events);
    const behind = parts.gate.resume({ id, after: events[1]?.cursor });
    expect(await eventsOf(behind)).toEqual(events.slice(2));
    expect(behind.snapshot().text).toBe(text);
    const unknown = await parts.gate.resume({ id: 'nobody-knows' }).done;
    expect(unknown).toMatchObject({ status: 'failed', failure: { code: 'RESUME_EXPIRED' } });
  });

  it('an answer of a plain query, which keeps no events, is shown as what it has become', async () => {
    const parts = await asking();
    says(parts, 'Whole.');
    const { data } = await parts.gate.query<{ readonly completion: { readonly id: string } }, object>(
      '{ completion(input: { prompt: { text: "x" } }) { ... on Completion { id } } }',
    );
    expect(await parts.gate.resume({ id: data.completion.id }).done).toMatchObject({ status: 'completed', text: 'Whole.' });
  });
});
