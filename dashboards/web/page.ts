import { readFileSync } from 'node:fs';

const text = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/**
 * The page at `/`, whole: style and script are put inside of it. It asks for nothing but /healthz. Its policy has to allow
 * this one inline script (by its hash), inline style, connections to its own origin and `data:` images (its icon).
 */
export const pageHtml: string = text('index.html')
  .replace('<link rel="stylesheet" href="app.css">', () => `<style>\n${text('app.css')}</style>`)
  .replace('<script src="app.js"></script>', () => `<script>\n${text('app.js')}</script>`);
