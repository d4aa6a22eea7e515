/** After an installation the console is built, where there is what builds it: an installation for production has no vite. */
const vite = await import('vite').catch(() => null);
await vite?.build({ configFile: '.vite.config.ts' });
