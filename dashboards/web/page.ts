import { readFileSync } from 'node:fs';

const file = (name: string, contentType: string) => ({
  contentType: `${contentType}; charset=utf-8`,
  body: readFileSync(new URL(name, import.meta.url), 'utf8'),
});

/** The page at `/`, by path. It asks for nothing but these files, /healthz and the links on it. */
export const pageFiles: Record<'/' | '/app.js' | '/app.css', { contentType: string; body: string }> = {
  '/': file('index.html', 'text/html'),
  '/app.js': file('app.js', 'text/javascript'),
  '/app.css': file('app.css', 'text/css'),
};

/** What the page needs and no more; the `data:` image is its icon. */
export const PAGE_CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
