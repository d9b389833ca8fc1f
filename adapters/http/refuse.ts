import type { Hono } from 'hono';
import { AppError } from '../../core/errors.ts';
import { HttpError } from './failure.ts';

/** Answers known paths asked with another method (405), and unknown paths (404), by what there is instead. Comes last. */
export const refuseTheRest = (app: Hono): void => {
  const routes = app.routes.filter(({ method }) => method !== 'ALL');
  const paths = [...new Set(routes.map(({ path }) => path))];
  for (const path of paths) {
    const methods = routes.filter((route) => route.path === path).map(({ method }) => method);
    const allow = methods.includes('GET') ? [...methods, 'HEAD'] : methods;
    app.all(path, ({ req }) => {
      const detail = `${path} takes ${methods.join(', ')}, not ${req.method}`;
      throw new HttpError(405, 'This method is not taken here', detail, { Allow: allow.join(', ') });
    });
  }
  app.notFound(({ req }) => {
    const known = paths.map((path) => path.replace(/:(\w+)/g, '{$1}')).join(', ');
    throw new AppError('notFound', `there is nothing at ${req.path.slice(0, 200)}; known paths are ${known}`);
  });
};

/** Refuses parameters where none is known: a misspelt or misplaced one must not pass in silence. */
export const noParams = (request: Request): void => {
  if (!request.url.includes('?')) return;
  const [name] = new URL(request.url).searchParams.keys();
  if (name === undefined) return;
  throw new AppError('invalidInput', `unknown parameter "${name.slice(0, 100)}": this path takes none`, {
    problems: [{ path: name, message: 'unknown parameter' }],
  });
};
