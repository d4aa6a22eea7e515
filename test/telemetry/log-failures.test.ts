import { expect, it } from 'vitest';
import { GatewayError } from '../../src/core/errors.ts';
import { failureLog, subgraphFailureLog } from '../../src/telemetry/log-failures.ts';

function kept() {
  const lines: (readonly [string, string, object | undefined])[] = [];
  const at = (level: string) => (event: string, fields?: object) => void lines.push([level, event, fields]);
  return { lines, log: { debug: at('debug'), info: at('info'), warn: at('warn') } };
}

it('a failure with a cause is a warning with the cause, a refusal is information, and a client that left is for debugging', () => {
  const { lines, log } = kept();
  const write = failureLog(log);
  const broken = new GatewayError('MODEL_UNAVAILABLE', 'No model.', {}, { cause: new Error('refused') });
  const refused = new GatewayError('BAD_REQUEST', 'No such route.');
  for (const error of [broken, refused, new GatewayError('CANCELLED', 'Left.')]) write(error);
  expect(lines.map(([level]) => level)).toEqual(['warn', 'info', 'debug']);
  expect(lines[0]?.[2]).toMatchObject({ errorId: broken.errorId, err: broken });
  expect(lines[1]?.[2]).toMatchObject({ errorId: refused.errorId, code: 'BAD_REQUEST' });
});

it('a subgraph that cannot be used is a warning, and what a subgraph refuses is information', () => {
  const { lines, log } = kept();
  const write = subgraphFailureLog(log);
  for (const code of ['SUBGRAPH_UNAVAILABLE', 'TIMEOUT', 'BAD_REQUEST', 'CANCELLED'] as const) write({ code });
  expect(lines.map(([level]) => level)).toEqual(['warn', 'warn', 'info', 'debug']);
});
