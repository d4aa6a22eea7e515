/** What Gemini's wire can say without loss. */
import fc from 'fast-check';
import type { ContentPart } from '../../../src/core/request/request.ts';
import { geminiWire } from '../../../src/wires/gemini/gemini.ts';
import type { GeminiSettings } from '../../../src/wires/gemini/request/model-family.ts';
import type { WireCase } from '../../contracts/wire.ts';
import {
  answers,
  argumentsObjectText,
  fileOf,
  histories,
  image,
  jsonObject,
  name,
  requests,
  type Saying,
  text,
  textPart,
  usage,
} from '../../contracts/wire-values.ts';

const signatureOf = (thoughtSignature: string): string => JSON.stringify({ google: { thoughtSignature } });
const signatureOfText = (thoughtSignature: string): string => JSON.stringify({ google: { thoughtSignature }, of: 'text' });
const maybeSigned = fc.option(name.map(signatureOf), { nil: undefined });

/** Thoughts and a text, signed or not. The signature of a text stands behind it, as reasoning that says nothing. */
const said = fc
  .tuple(fc.option(text), maybeSigned, fc.option(text), fc.option(name))
  .map(([thought, signature, one, signed]) => [
    ...(thought === null ? [] : [{ type: 'reasoning', text: thought, ...(signature === undefined ? {} : { opaque: signature }) } as const]),
    ...(one === null ? [] : [{ type: 'text', text: one } as const]),
    ...(one === null || signed === null ? [] : [{ type: 'reasoning', text: '', opaque: signatureOfText(signed) } as const]),
  ]);

const history = histories({
  user: fc.oneof(textPart, image, fileOf('application/pdf', fc.constant(null))),
  said: said as fc.Arbitrary<readonly ContentPart[]>,
  callArguments: jsonObject,
  callOpaque: maybeSigned,
  result: fc.record({ content: fc.oneof(text, jsonObject), isError: fc.boolean() }),
});

export const legalGemini: WireCase<GeminiSettings> = {
  wire: geminiWire,
  settings: { jsonTool: null },
  model: 'gemini-2.5-flash',
  requests: requests(history, {
    providerOptions: fc.constantFrom<Record<string, unknown>>(
      {},
      { thinkingConfig: { thinkingBudget: 100 }, topK: 40, safetySettings: [{ category: 'HARM_CATEGORY_HARASSMENT', threshold: 'OFF' }] },
    ),
    // Models before Gemini 3 cannot be asked for JSON beside tools.
  }).map((request) => (request.tools.length === 0 ? request : { ...request, output: { format: 'text' } })),
  answers: answers({
    said: said as fc.Arbitrary<readonly Saying[]>,
    callArguments: argumentsObjectText,
    callOpaque: maybeSigned,
    // Google does not count what is written to a cache.
    usage: usage.map((counted) => ({ ...counted, cacheWriteTokens: 0 })),
  }),
  addressed: (body, { model, stream }) => ({ ...body, model, stream }),
};
