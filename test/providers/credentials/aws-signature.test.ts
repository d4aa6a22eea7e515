import { AwsV4Signer } from 'aws4fetch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signedHeaders } from '../../../src/providers/credentials/aws-signature.ts';

describe('a signature of AWS', () => {
  it('a signature of AWS is the one that another signer makes, for every path, body and key', async () => {
    const word = fc.stringMatching(/^[\w!'()*:. é-]{1,20}$/);
    const given = fc.record({
      path: fc.array(word, { minLength: 1, maxLength: 4 }),
      body: fc.string(),
      secret: fc.string({ minLength: 1 }),
      token: fc.option(word),
    });
    await fc.assert(
      fc.asyncProperty(given, async ({ path, body, secret, token }) => {
        const url = `http://127.0.0.1:4567/${path.map(encodeURIComponent).join('/')}`;
        const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: secret, sessionToken: token?.trim() || null };
        const ours = signedHeaders({
          url,
          body,
          keys,
          at: new Date('2026-11-28T05:06:07.890Z'),
          region: 'eu-central-1',
          service: 'bedrock',
        });
        const theirs = await new AwsV4Signer({
          method: 'POST',
          url,
          body,
          accessKeyId: keys.accessKeyId,
          secretAccessKey: secret,
          ...(keys.sessionToken === null ? {} : { sessionToken: keys.sessionToken }),
          region: 'eu-central-1',
          service: 'bedrock',
          datetime: '20261128T050607Z',
        }).sign();
        expect(ours['authorization']).toBe(theirs.headers.get('authorization'));
      }),
    );
  });
});
