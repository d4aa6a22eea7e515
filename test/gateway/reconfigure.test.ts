import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { GatewayConfig } from '../../src/config/config.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { plainConfig, startGateway, whenOver } from '../harness.ts';
import { newGate, rawUpstream } from '../raw-upstream.ts';
import { complete, prompt, stream } from './asking.ts';
import { saying, scriptedConfig, waiting } from './scripted.ts';

async function started(changes: Partial<GatewayConfig> = {}) {
  const upstream = await rawUpstream();
  whenOver(() => upstream.close());
  const config: GatewayConfig = { ...plainConfig, ...scriptedConfig(upstream), ...changes };
  return { upstream, config, gateway: await startGateway(config) };
}

describe('a configuration that is read again', () => {
  it('a configuration that is read again holds for new calls: a new route, a new guardrail, a team’s new limit', async () => {
    const { upstream, config, gateway } = await started();
    upstream.plays(saying('Hi.'));
    expect(await complete(gateway, prompt('Hi?', { route: 'second' }))).toMatchObject({ code: 'BAD_REQUEST' });
    expect(await complete(gateway, prompt('project x'))).toMatchObject({ __typename: 'Completion' });
    await gateway.reconfigure({
      ...config,
      routes: { ...config.routes, second: { deployments: ['scripted'] } },
      guardrails: [{ guardrail: patternGuard({ name: 'names', patterns: ['project x'], message: 'Stays inside.' }), routes: '*' }],
    });
    expect(await complete(gateway, prompt('Hi?', { route: 'second' }))).toMatchObject({ __typename: 'Completion', text: 'Hi.' });
    expect(await complete(gateway, prompt('project x'))).toMatchObject({ code: 'GUARDRAIL_BLOCKED' });
  });

  it('a configuration that is read again interrupts no stream: it goes on by the configuration that it began with, and can be resumed', async () => {
    const { upstream, config, gateway } = await started();
    const gate = newGate();
    upstream.plays(waiting(gate, 'Half', ' and half'));
    const events: { readonly __typename: string; readonly text?: string; readonly completionId: string }[] = [];
    for await (const event of stream(gateway, prompt('Speak.'))) {
      events.push(event);
      if (event.text !== 'Half') continue;
      await gateway.reconfigure({ ...config, routes: { default: { deployments: ['scripted'], firstChunkMs: 5_000 } } });
      gate.open();
    }
    expect(events.at(-1)).toMatchObject({ __typename: 'CompletionFinished' });
    const id = events[0]?.completionId;
    const { data } = await gateway.ask(`{ completionById(id: "${id}") { status text } }`);
    expect(data.completionById).toEqual({ status: 'COMPLETED', text: 'Half and half' });
  });

  it('a configuration that is read again keeps answers, usage and keys', async () => {
    const { upstream, config, gateway } = await started();
    const cached = { ...config, routes: { ...config.routes, default: { deployments: ['scripted'], cacheSeconds: 60 } } };
    await gateway.reconfigure(cached);
    upstream.plays(saying('Hi.'));
    await complete(gateway, prompt('Kept?'));
    await gateway.reconfigure({ ...cached, teams: { web: { concurrency: 5 } } });
    expect(await complete(gateway, prompt('Kept?'))).toMatchObject({ provenance: { cache: 'HIT' } });
    expect(upstream.requests).toHaveLength(1);
  });

  it('a configuration that is read again is not taken over while its graph cannot be composed, and the present one goes on', async () => {
    const { upstream, config, gateway } = await started();
    upstream.plays(saying('Hi.'));
    const broken = { ...config, graph: { subgraphs: [{ name: 'gone', url: 'http://127.0.0.1:1/graphql' }] } };
    await expect(gateway.reconfigure(broken)).rejects.toMatchObject({
      code: 'MODEL_UNAVAILABLE',
      message: expect.stringContaining('"gone"'),
    });
    expect(await complete(gateway, prompt('Hi?'))).toMatchObject({ text: 'Hi.' });
    expect((await gateway.ask('{ aiRoutes { name } }')).data.aiRoutes.length).toBeGreaterThan(0);
  });

  it('twenty times over leaves nothing behind that still works', async () => {
    const { config, gateway } = await started();
    for (let time = 0; time < 20; time += 1) await gateway.reconfigure({ ...config, teams: { web: { concurrency: time + 1 } } });
    await wait(10);
    expect(await gateway.ask('{ __typename }')).toMatchObject({ data: { __typename: 'Query' } });
    await gateway.close();
  });
});
