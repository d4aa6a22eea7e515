import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completionRequest, type Message } from '../../src/core/request/request.ts';
import { withAcceptedCallIds } from '../../src/wires/accepted-call-ids.ts';

const history = (ids: readonly string[]): readonly Message[] =>
  ids.flatMap((id): Message[] => [
    { role: 'assistant', content: [{ type: 'tool-call', id, name: 't', arguments: {} }] },
    { role: 'tool', content: [{ type: 'tool-result', callId: id, content: 'x', isError: false }] },
  ]);

/** The id of each call beside that of its result. */
function pairsOf(messages: readonly Message[]): readonly (readonly (string | undefined)[])[] {
  const ids = messages.flatMap(({ content }) =>
    content.flatMap((part) => (part.type === 'tool-call' ? part.id : part.type === 'tool-result' ? part.callId : [])),
  );
  return ids.flatMap((id, index) => (index % 2 === 0 ? [[id, ids[index + 1]]] : []));
}

describe('ids of tool calls', () => {
  const form = { accepts: /^[a-z0-9]{2}$/, length: 2 };

  it('ids of tool calls are accepted, paired as they were and apart from each other, whatever they were', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.oneof(fc.string(), fc.stringMatching(/^[a-z0-9]{2}$/)), { maxLength: 40 }), (ids) => {
        const request = completionRequest(history(ids));
        const pairs = pairsOf(withAcceptedCallIds(request, form).messages);
        expect(pairs.every(([call, result]) => call === result && form.accepts.test(call ?? ''))).toBe(true);
        expect(new Set(pairs.map(([call]) => call)).size).toBe(ids.length);
        for (const [index, id] of ids.entries()) if (form.accepts.test(id)) expect(pairs[index]?.[0]).toBe(id);
      }),
    );
  });

  it('ids of tool calls leave a request alone that has none to change', () => {
    const request = completionRequest(history(['a1', 'b2']));
    expect(withAcceptedCallIds(request, form)).toBe(request);
  });
});
