/** Builds the page into `dist` beside it: one script, one style sheet, and the page that names them by a digest of what is in them. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

const here = import.meta.dirname;

export async function buildChat(folder = join(here, 'dist')): Promise<string> {
  const bundle = await rolldown({
    input: join(here, 'main.tsx'),
    platform: 'browser',
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    logLevel: 'silent',
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'assets'), { recursive: true });
  const asset = (name: string, ending: string, text: string): string => {
    const digest = createHash('sha256').update(text).digest('hex').slice(0, 8);
    const path = `assets/${name}-${digest}.${ending}`;
    writeFileSync(join(folder, path), text);
    return `./${path}`;
  };
  const text = (name: string): string => readFileSync(join(here, name), 'utf8');
  const page = text('index.html')
    .replace('./main.tsx', asset('main', 'js', output[0].code))
    .replace('./chat.css', asset('chat', 'css', text('chat.css')))
    .replace('./mark.svg', asset('mark', 'svg', text('mark.svg')));
  writeFileSync(join(folder, 'index.html'), page);
  return folder;
}

if (import.meta.main) await buildChat();
