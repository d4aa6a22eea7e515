/** A gateway whose `default` route goes to one OpenAI-compatible server that a test scripts, byte by byte. */
import type { DeploymentConfig, GatewayConfig } from '../../src/config/config.ts';
import type { Log } from '../../src/telemetry/log.ts';
import { plainConfig, startGateway, type TestGateway, whenOver } from '../harness.ts';
import { compatible } from '../providers/dialects.ts';
import { type Gate, type RawReply, type RawUpstream, rawUpstream } from '../raw-upstream.ts';

/** 1,000 nano-dollars an input token, 2,000 an output token. */
const somePrice = { input: 1, output: 2 } as const;

export const scriptedDeployment: DeploymentConfig = {
  provider: compatible.name,
  model: compatible.model,
  price: somePrice,
  maxOutputTokens: 100,
};

export interface Scripted {
  readonly gateway: TestGateway;
  readonly upstream: RawUpstream;
}

export async function openUpstream(): Promise<RawUpstream> {
  const upstream = await rawUpstream();
  whenOver(() => upstream.close());
  return upstream;
}

export const scriptedConfig = (upstream: Pick<RawUpstream, 'url'>): Pick<GatewayConfig, 'providers' | 'deployments' | 'routes'> => ({
  providers: { ...plainConfig.providers, [compatible.name]: compatible.provider(upstream.url) },
  deployments: { ...plainConfig.deployments, scripted: scriptedDeployment },
  routes: { ...plainConfig.routes, default: { deployments: ['scripted'], attempts: 1 } },
});

export async function scripted(changes: Partial<GatewayConfig> = {}, options: { readonly log?: Log } = {}): Promise<Scripted> {
  const upstream = await openUpstream();
  const gateway = await startGateway({ ...scriptedConfig(upstream), ...changes }, options);
  return { gateway, upstream };
}

const { begins, says, ends } = compatible;

/** Words, then a proper ending that counts 10 tokens in and 2 out. */
export const saying = (...texts: readonly string[]): RawReply => ({ pieces: [begins, ...texts.map(says), ends] });

/** The first words, then nothing until the gate opens. */
export const waiting = (gate: Gate, first: string, ...rest: readonly string[]): RawReply => ({
  pieces: [begins, says(first), gate, ...rest.map(says), ends],
});

/** Words, and nothing after them. */
export const hanging = (...texts: readonly string[]): RawReply => ({ pieces: [begins, ...texts.map(says)], ending: 'hang' });

/** A proper ending that counts what it is told to. */
export const counting = (input: number, output: number, text = 'Hi'): RawReply => ({
  pieces: [
    begins,
    says(text),
    ends.replace(
      '"prompt_tokens":10,"completion_tokens":2,"total_tokens":12',
      `"prompt_tokens":${input},"completion_tokens":${output},"total_tokens":${input + output}`,
    ),
  ],
});
