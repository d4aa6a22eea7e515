import { describe, expect, it } from 'vitest';
import { plainConfig, startGateway, type TestGateway } from '../harness.ts';
import { anthropic, compatible, type Dialect } from '../providers/dialects.ts';
import type { RawUpstream } from '../raw-upstream.ts';
import { complete, prompt, stream, until } from './asking.ts';
import { openUpstream, saying } from './scripted.ts';

async function over({ name, model, provider }: Dialect): Promise<{ readonly gateway: TestGateway; readonly upstream: RawUpstream }> {
  const upstream = await openUpstream();
  const gateway = await startGateway({
    providers: { ...plainConfig.providers, [name]: provider(upstream.url) },
    deployments: { ...plainConfig.deployments, vendor: { provider: name, model, price: { input: 1, output: 2 }, maxOutputTokens: 2_000 } },
    routes: { ...plainConfig.routes, default: { deployments: ['vendor'], cacheSeconds: 60 } },
  });
  return { gateway, upstream };
}

const event = (data: { readonly type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;
const signature = 'c2lnbmVkIGJ5IHRoZSB2ZW5kb3I=';
/** A thought, signed by the vendor, and then words. */
const thinks = [
  anthropic.begins.slice(0, anthropic.begins.indexOf('event: content_block_start')),
  event({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } } as { type: string }),
  event({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } } as { type: string }),
  event({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature } } as { type: string }),
  event({ type: 'content_block_stop', index: 0 } as { type: string }),
  event({ type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } } as { type: string }),
  event({ type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Hello.' } } as { type: string }),
  anthropic.ends.replace('"index":0', '"index":1'),
];

describe('nothing is dropped silently in translation', () => {
  const says = { pieces: [anthropic.begins, anthropic.says('Hi'), anthropic.ends] };
  const unsupported = [expect.stringMatching(/^The model does not support seed; it was left out or changed\./)];

  it('a setting that the vendor does not have is a warning of the answer, also of one that is kept', async () => {
    const { gateway, upstream } = await over(anthropic);
    upstream.plays(says);
    expect(await complete(gateway, prompt('Say hi.', { seed: 7 }))).toMatchObject({ text: 'Hi', warnings: unsupported });
    expect(upstream.requests[0]?.body).not.toContain('seed');
    expect(await complete(gateway, prompt('Say hi.', { seed: 7 }))).toMatchObject({
      warnings: unsupported,
      provenance: { cache: 'HIT' },
    });
    expect(await complete(gateway, prompt('Say hi.'))).toMatchObject({ warnings: [] });
  });

  it('nothing is dropped silently in the translation of a stream', async () => {
    const { gateway, upstream } = await over(anthropic);
    upstream.plays(says);
    const events = stream(gateway, prompt('Say hi.', { seed: 7 }))[Symbol.asyncIterator]();
    expect(await until(events, 'CompletionFinished')).toMatchObject({ completion: { text: 'Hi', warnings: unsupported } });
  });

  it('nothing is dropped silently in translation, and what the vendor has arrives there', async () => {
    const { gateway, upstream } = await over(compatible);
    upstream.plays(saying('Hi'));
    const settings = { seed: 7, temperature: 0.5, topP: 0.9, stop: ['END'], maxOutputTokens: 50 };
    expect(await complete(gateway, prompt('Say hi.', settings))).toMatchObject({ text: 'Hi', warnings: [] });
    expect(upstream.requests[0]?.json()).toMatchObject({ seed: 7, temperature: 0.5, top_p: 0.9, stop: ['END'], max_tokens: 50 });
  });

  it('a vendor’s own part comes out with the answer and goes back as it was', async () => {
    const { gateway, upstream } = await over(anthropic);
    upstream.plays({ pieces: thinks }, says);
    const { parts } = await complete(gateway, prompt('Think.'));
    const [thought, text] = parts;
    expect([thought.__typename, text.__typename]).toEqual(['ReasoningPart', 'TextPart']);
    expect(thought.opaque).toContain(signature);

    const messages = [
      { role: 'USER', content: [{ text: 'Think.' }] },
      { role: 'ASSISTANT', content: [{ reasoning: { text: thought.text, opaque: thought.opaque } }, { text: text.text }] },
      { role: 'USER', content: [{ text: 'And now?' }] },
    ];
    expect(await complete(gateway, { prompt: { messages } })).toMatchObject({ text: 'Hi', warnings: [] });
    expect(upstream.requests[1]?.json()).toMatchObject({
      messages: [
        {},
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature },
            { type: 'text', text: 'Hello.' },
          ],
        },
        {},
      ],
    });
  });

  it('a part that another vendor cannot read is said to be left out', async () => {
    const { gateway, upstream } = await over(anthropic);
    upstream.plays(says);
    const messages = [
      { role: 'USER', content: [{ text: 'Think.' }] },
      { role: 'ASSISTANT', content: [{ reasoning: { text: 'Hm.', opaque: '{"elsewhere":{"signature":"x"}}' } }, { text: 'Hello.' }] },
      { role: 'USER', content: [{ text: 'And now?' }] },
    ];
    const { warnings } = await complete(gateway, { prompt: { messages } });
    expect(warnings).toContain('An opaque part in the history was not made by this provider and was left out.');
    expect(upstream.requests[0]?.body).not.toContain('elsewhere');
  });
});
