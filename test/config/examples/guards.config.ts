import { defineConfig, fromEnvironment, patternGuard } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  guardrails: [
    {
      guardrail: patternGuard({ name: 'codenames', patterns: ['(?i)project\\s+falcon'], message: 'Code names stay inside.' }),
      routes: '*',
    },
  ],
  guard: { holdBackBytes: 2_048, phoneCountries: ['DE', 'AT', 'CH'] },
  maskPersonalData: ['default'],
});
