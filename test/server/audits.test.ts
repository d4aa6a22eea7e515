import { serverAudits } from 'graphql-http';
import { describe, expect, it } from 'vitest';
import { serve } from './fixture.ts';

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => '' });

  it('GraphQL over HTTP is audited by the 61 audits of graphql-http', () => expect(audits).toHaveLength(61));

  it('GraphQL over HTTP passes every one of them', async () => {
    const { url } = await serve();
    const failed: string[] = [];
    for (const audit of serverAudits({ url })) {
      const result = await audit.fn();
      if (result.status !== 'ok') failed.push(`${result.id} ${result.name}: ${result.reason}`);
    }
    expect(failed).toEqual([]);
  });
});
