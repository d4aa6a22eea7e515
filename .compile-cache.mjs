/**
 * Imported before the sources: from the second start on Node then finds them without their types, and needs no stripper, which
 * takes 20 MB. Run by itself, after an installation, it reads them once, so that the first start is as quick as the later ones;
 * with the options of `npm start`, since compiled code is of use under the same alone.
 */
import module from 'node:module';

module.enableCompileCache?.();
// What cannot be read here (by an older Node, say) is told by whoever starts it. Who packs starts nothing.
if (import.meta.main && !['pack', 'publish'].includes(process.env['npm_command'] ?? '')) {
  await import('./src/cli/commands/serve-command.ts').catch(() => {});
  // The page at /chat/ of `npm start`.
  await import('./examples/chat/build.ts').then(({ buildChat }) => buildChat()).catch(() => {});
}
