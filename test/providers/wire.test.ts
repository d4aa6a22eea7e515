import { completionRequest } from '../../src/core/request/request.ts';
import { providerContract, wireContract } from '../contracts/provider.ts';
import { rawUpstream } from '../raw-upstream.ts';
import { canary, dialects } from './dialects.ts';

for (const dialect of dialects) {
  providerContract(dialect.name, async () => {
    const upstream = await rawUpstream();
    upstream.plays({ pieces: [dialect.begins, dialect.says('Hi.'), dialect.ends] });
    return { provider: dialect.provider(upstream.url), model: dialect.model, request: completionRequest('Say hi.'), close: upstream.close };
  });
  wireContract(dialect, canary);
}
