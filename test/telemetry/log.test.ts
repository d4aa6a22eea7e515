import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { Secret } from '../../src/core/secret.ts';
import { type Log, openLog } from '../../src/telemetry/log.ts';

function logged(write: (log: Log) => void): { readonly text: string; readonly lines: readonly Record<string, unknown>[] } {
  const written: string[] = [];
  write(openLog({ destination: { write: (line) => void written.push(line) } }));
  return { text: written.join(''), lines: written.map((line) => JSON.parse(line)) };
}

describe('the log', () => {
  it('the log writes an event with its fields as one line', () => {
    const { lines } = logged((log) => log.info('listening', { port: 4_000, routes: ['default'] }));
    expect(lines).toMatchObject([{ level: 'info', msg: 'listening', port: 4_000, routes: ['default'] }]);
  });

  it('the log writes nothing below its level', () => {
    expect(logged((log) => log.debug('detail')).lines).toEqual([]);
  });

  it('the log never shows a secret, by whatever name or shape it comes', () => {
    const canary = 'canary7f3a9c21';
    const { text } = logged((log) => {
      log.warn('upstream failed', {
        key: new Secret(canary),
        headers: { authorization: `Bearer ${canary}`, 'x-api-key': canary, cookie: canary },
        apiKey: canary,
        clientSecret: canary,
        note: `sent Bearer ${canary} and sk-${canary} and fg_ab12_${canary}, fgt_ab12_${canary}`,
        url: `https://user:${canary}@example.org/v1?key=${canary}`,
        cause: new Error(`401 for Bearer ${canary}`, { cause: new Error(`sk-proj-${canary}`) }),
      });
    });
    expect(text).not.toContain(canary);
    expect(text).toContain('example.org/v1');
  });

  it('the log never shows what was asked or answered', () => {
    const vendorError = Object.assign(new Error('Bad request'), {
      requestBodyValues: { input: 'my diagnosis' },
      statusCode: 400,
      code: 'invalid',
    });
    const { text, lines } = logged((log) =>
      log.error('a call failed', {
        prompt: 'my diagnosis',
        request: { messages: [{ content: 'my diagnosis' }] },
        nested: { text: 'my diagnosis' },
        cause: new GatewayError('MODEL_UNAVAILABLE', 'It did not answer.', {}, { cause: vendorError }),
      }),
    );
    expect(text).not.toContain('diagnosis');
    expect(lines[0]).toMatchObject({
      cause: { code: 'MODEL_UNAVAILABLE', errorId: expect.any(String), cause: { message: 'Bad request', status: 400, code: 'invalid' } },
    });
  });

  it('the log keeps counts of tokens readable', () => {
    const { lines } = logged((log) => log.info('settled', { inputTokens: 12, maxOutputTokens: 100 }));
    expect(lines[0]).toMatchObject({ inputTokens: 12, maxOutputTokens: 100 });
  });

  it('the log survives circles, depth and length', () => {
    const circle: Record<string, unknown> = { long: 'x'.repeat(10_000) };
    circle['self'] = circle;
    const { text } = logged((log) => log.info('odd', { circle, big: 10n }));
    expect(text.length).toBeLessThan(5_000);
  });
});
