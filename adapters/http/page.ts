import { hash } from 'node:crypto';
import { respond } from './respond.ts';
import type { Routes } from './shell.ts';

/** The page at `/`, for whoever may ask. */
export const pageRoutes = (html: string): Routes => {
  const page = pageHandler(html);
  return (app, { principalOf }) => {
    app.get('/', async ({ req: { raw: request } }) => {
      await principalOf(request);
      return page();
    });
  };
};

/**
 * Answers an HTML page that may run its own inline scripts, and no other, and talk to this server, and no other.
 *
 * @param html the whole page; whatever it needs is inside of it
 */
export const pageHandler = (html: string): (() => Response) => {
  const scripts = [...html.matchAll(/<script\b[^>]*>([\s\S]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${hash('sha256', script!, 'base64')}'`,
  );
  const policy = [
    "default-src 'none'",
    `script-src ${scripts.join(' ') || "'none'"}`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
  return () => respond(200, 'text/html; charset=utf-8', html, { 'Content-Security-Policy': policy });
};
