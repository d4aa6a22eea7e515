import { defineConfig, fromEnvironment } from '../../../src/index.ts';

export default defineConfig({
  ...fromEnvironment(),
  issuers: {
    okta: {
      issuer: 'https://acme.okta.com',
      audiences: ['fieldgate'],
      scopes: ['ai:use'],
      teamClaim: 'groups',
      teamByValue: { 'grp-web': 'web', 'grp-search': 'search' },
      monthlyBudgetPerUser: '5.00',
    },
  },
});
