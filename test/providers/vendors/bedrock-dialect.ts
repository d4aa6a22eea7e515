/** Bedrock's words: ConverseStream, in the binary frames of AWS. A character is a byte. */
import { crc32 } from 'node:zlib';
import { Secret } from '../../../src/core/secret.ts';
import { bedrockProvider } from '../../../src/providers/ai-sdk/bedrock/bedrock.ts';
import type { RawReply } from '../../raw-upstream.ts';
import { canary, type Dialect, type Refusal } from '../dialects.ts';

/** One frame with headers of text. */
export function frame(headers: Readonly<Record<string, string>>, payload: string): string {
  const fields = Object.entries(headers).map(([name, value]) => {
    const [nameBytes, valueBytes] = [Buffer.from(name), Buffer.from(value)];
    const length = Buffer.alloc(2);
    length.writeUInt16BE(valueBytes.length);
    return Buffer.concat([Buffer.of(nameBytes.length), nameBytes, Buffer.of(7), length, valueBytes]);
  });
  const [head, body] = [Buffer.concat(fields), Buffer.from(payload)];
  const prelude = Buffer.alloc(12);
  prelude.writeUInt32BE(head.length + body.length + 16, 0);
  prelude.writeUInt32BE(head.length, 4);
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8);
  const whole = Buffer.concat([prelude, head, body]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(whole));
  return Buffer.concat([whole, checksum]).toString('latin1');
}

/** As Bedrock does, with padding in the field `p`. */
export const bedrockEvent = (type: string, payload: object): string =>
  frame(
    { ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' },
    JSON.stringify({ ...payload, p: 'abcdefg' }),
  );
export const bedrockException = (type: string, message: string): string =>
  frame({ ':exception-type': type, ':content-type': 'application/json', ':message-type': 'exception' }, JSON.stringify({ message }));

const begins = bedrockEvent('messageStart', { role: 'assistant' });
const metadata = bedrockEvent('metadata', {
  metrics: { latencyMs: 412 },
  usage: { inputTokens: 10, outputTokens: 2, totalTokens: 12, serverToolUsage: {} },
});
const stops = bedrockEvent('messageStop', { stopReason: 'end_turn' });

function refuses(why: Refusal): RawReply {
  const json = (status: number, type: string, message: string, headers: Readonly<Record<string, string>> = {}): RawReply => ({
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': `${type}:http://internal.amazon.com/coral/`, ...headers },
    pieces: [JSON.stringify({ message })],
  });
  switch (why) {
    case 'key':
      return json(403, 'UnrecognizedClientException', `The security token included in the request (${canary}) is invalid.`);
    case 'forbidden':
      return json(403, 'AccessDeniedException', "You don't have access to the model with the specified model ID.");
    case 'model':
      return json(404, 'ResourceNotFoundException', 'This model version has reached the end of its life.');
    case 'rate':
      return json(429, 'ThrottlingException', 'Too many tokens, please wait before trying again.', { 'retry-after': '7' });
    case 'quota':
      return json(402, 'ServiceQuotaExceededException', 'Your account has exceeded its quota.');
    case 'too long':
      return json(400, 'ValidationException', 'Input is too long for requested model.');
    case 'bad request':
      return json(400, 'ValidationException', 'The value at inferenceConfig.temperature is out of range.');
    case 'overloaded':
      return json(503, 'ServiceUnavailableException', 'Bedrock is overloaded. Try your request again.');
    case 'down':
      return { status: 502, headers: { 'content-type': 'text/html' }, pieces: ['<html><body><h1>502 Bad Gateway</h1></body></html>'] };
  }
}

export const bedrock: Dialect = {
  name: 'bedrock',
  model: 'eu.amazon.nova-lite-v1:0',
  provider: (origin) =>
    bedrockProvider({
      region: 'eu-central-1',
      credentials: { accessKeyId: new Secret('AKIDEXAMPLE'), secretAccessKey: new Secret(canary), sessionToken: null },
      baseUrl: origin,
    }),
  begins,
  says: (text) => bedrockEvent('contentBlockDelta', { contentBlockIndex: 0, delta: { text } }),
  ends: bedrockEvent('contentBlockStop', { contentBlockIndex: 0 }) + stops + metadata,
  empty: begins + stops + metadata,
  errorEvent: bedrockException('serviceUnavailableException', `Overloaded ${canary}`),
  refuses,
  encoding: 'latin1',
};
