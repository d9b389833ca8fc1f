import type { Hono } from 'hono';
import { billRoutes } from './billRoutes.ts';
import { costRoutes } from './costRoutes.ts';
import type { HttpDependencies } from './dependencies.ts';
import { deploymentRoutes } from './deploymentRoutes.ts';
import { exportRoutes } from './exportRoutes.ts';
import { ingestRoutes } from './ingestRoutes.ts';
import { noticeRoutes } from './noticeRoutes.ts';
import { pageRoutes } from './page.ts';
import { queryRoutes } from './queryRoutes.ts';
import { serviceRoutes } from './serviceRoutes.ts';
import { serveRoutes } from './shell.ts';

/** Every request and answer of Modelmeter: what comes in, the use case for it, and how its outcome is said in HTTP. */
export const httpApp = (dependencies: HttpDependencies): Hono =>
  serveRoutes(dependencies, [
    ingestRoutes(dependencies),
    queryRoutes(dependencies),
    costRoutes(dependencies),
    deploymentRoutes(dependencies),
    noticeRoutes(dependencies),
    serviceRoutes(dependencies),
    pageRoutes(dependencies.page),
    ...(dependencies.exports ? [exportRoutes(dependencies.exports)] : []),
    ...(dependencies.bills ? [billRoutes(dependencies.bills)] : []),
  ]);
