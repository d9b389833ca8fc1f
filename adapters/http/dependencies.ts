import type { BillDependencies } from './billRoutes.ts';
import type { CostDependencies } from './costRoutes.ts';
import type { DeploymentDependencies } from './deploymentRoutes.ts';
import type { ExportDependencies } from './exportRoutes.ts';
import type { IngestDependencies } from './ingestRoutes.ts';
import type { NoticeDependencies } from './noticeRoutes.ts';
import type { QueryDependencies } from './queryRoutes.ts';
import type { ServiceDependencies } from './serviceRoutes.ts';
import type { Place } from './shell.ts';

/** What the whole HTTP side is given: use cases over their ports, and how this place is set up. */
export interface HttpDependencies
  extends Place,
    IngestDependencies,
    QueryDependencies,
    CostDependencies,
    DeploymentDependencies,
    NoticeDependencies,
    ServiceDependencies {
  /** HTML of the page at `/`, whole. */
  page: string;
  /** What `/v1/export/…` is made of; without it there is no such path. */
  exports?: ExportDependencies;
  /** What imports of bills under `/v1/bills/` are made of; without it there is no such path. */
  bills?: BillDependencies;
}
