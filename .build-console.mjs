/**
 * After an installation the console is built, where there is what builds it: an installation for production has no vite. npm runs this also
 * when it packs, after it has built everything (`prepack`): once is enough.
 */
if (!['pack', 'publish'].includes(process.env['npm_command'] ?? '')) {
  const vite = await import('vite').catch(() => null);
  await vite?.build({ configFile: '.vite.config.ts' });
}
