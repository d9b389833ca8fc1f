import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';

/** A route of the API, and which function answers it. */
export interface Route {
  readonly method: HttpMethod;
  readonly path: string;
  readonly to: 'ingest' | 'api';
  /** Anyone may call it. */
  readonly isOpen?: true;
}

const { DELETE, GET, POST, PUT } = HttpMethod;

/** Every route there is; each but the open ones a second time below `/iam`. A test holds them to the API's description. */
export const ROUTES: readonly Route[] = [
  { method: POST, path: '/v1/events', to: 'ingest' },
  { method: POST, path: '/v1/metrics', to: 'ingest' },
  { method: POST, path: '/v1/traces', to: 'ingest' },
  { method: POST, path: '/v1/logs', to: 'ingest' },
  { method: POST, path: '/api/v1/write', to: 'ingest' },
  { method: GET, path: '/v1/query', to: 'api' },
  { method: GET, path: '/v1/costs', to: 'api' },
  { method: GET, path: '/v1/costs/overview', to: 'api' },
  { method: GET, path: '/v1/costs/units', to: 'api' },
  { method: GET, path: '/v1/costs/forecast', to: 'api' },
  { method: GET, path: '/v1/costs/anomalies', to: 'api' },
  { method: GET, path: '/v1/budgets', to: 'api' },
  { method: GET, path: '/v1/budgets/{budget}', to: 'api' },
  { method: PUT, path: '/v1/budgets/{budget}', to: 'api' },
  { method: DELETE, path: '/v1/budgets/{budget}', to: 'api' },
  { method: GET, path: '/v1/reconciliation', to: 'api' },
  { method: GET, path: '/v1/catalog', to: 'api' },
  { method: GET, path: '/v1/dimensions/{name}', to: 'api' },
  { method: GET, path: '/v1/deployments', to: 'api' },
  { method: GET, path: '/v1/deployments/{deployment}', to: 'api' },
  { method: PUT, path: '/v1/deployments/{deployment}', to: 'api' },
  { method: GET, path: '/v1/notices', to: 'api' },
  { method: GET, path: '/v1/export/events', to: 'api' },
  { method: GET, path: '/v1/export/rollups', to: 'api' },
  { method: GET, path: '/openapi.json', to: 'api' },
  { method: GET, path: '/healthz', to: 'api', isOpen: true },
];
