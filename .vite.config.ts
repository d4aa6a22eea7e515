/** Builds the console: `src/console` -> `dist/console`, each file with its brotli beside it, and the licenses of what is bundled. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Compressed once, here, as well as brotli can: the gateway sends it as it is. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    writeBundle({ dir = '' }) {
      for (const file of globSync('**/*.{js,css,html,svg,txt}', { cwd: dir })) {
        const content = readFileSync(join(dir, file));
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
          [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
        };
        writeFileSync(join(dir, `${file}.br`), brotliCompressSync(content, { params }));
      }
    },
  };
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

/** Whoever passes a bundle on passes on the packages in it, with their licenses. */
function licenses(): Plugin {
  return {
    name: 'licenses',
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk')
          for (const id of chunk.moduleIds) {
            const [folder] = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? [];
            if (folder !== undefined) folders.add(folder.replace(/^\0/, ''));
          }
      const texts = [...folders].toSorted().map((folder) => {
        const { name, version, license }: Manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const [file] = globSync('{LICEN[SC]E,license,licence}{,.md,.txt}', { cwd: folder });
        return `${name} ${version} (${license})\n\n${file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()}\n`;
      });
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source: texts.join(`\n${'-'.repeat(80)}\n\n`) });
    },
  };
}

export default defineConfig({
  root: join(here, 'src/console'),
  // Relative: the console works below any path of any proxy.
  base: './',
  logLevel: 'warn',
  plugins: [licenses(), compressed()],
  build: {
    outDir: join(here, 'dist/console'),
    emptyOutDir: true,
    target: 'es2024',
    // The policy of the page allows no `data:` but for images.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // Libraries say where they run on a server; here nothing does.
      onLog: (level, log, tell) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && tell(level, log),
    },
  },
});
