import { API, FUNCTION } from '../../core/metrics/cloudWatch.ts';
import type { DashboardSpec } from '../panel.ts';

export const API_PERFORMANCE: DashboardSpec = {
  id: 'api-performance',
  title: 'Modelmeter: API',
  about: 'Requests to Modelmeter’s API, in detail.',
  rows: ['004.041', '004.046', '004.047', '004.048', '004.049'],
  hours: 6,
  sections: [
    {
      title: 'Requests',
      panels: [
        {
          title: 'Request rate',
          about: 'Requests in each five minutes.',
          rows: ['004.044'],
          unit: '{request}',
          cloudWatch: [{ find: API.requests, stat: 'Sum', only: 'api' }],
        },
        {
          title: 'Response time, p95',
          about: 'With API Gateway’s own share, and without.',
          rows: ['004.045'],
          unit: 'ms',
          cloudWatch: [
            { find: API.latency, stat: 'p95', only: 'api' },
            { find: API.integrationLatency, stat: 'p95', only: 'api' },
          ],
        },
        {
          title: 'Refused and failed',
          about: '4xx are the caller’s, 5xx are ours.',
          rows: [],
          unit: '{request}',
          cloudWatch: [
            { find: API.clientErrors, stat: 'Sum', only: 'api' },
            { find: API.serverErrors, stat: 'Sum', only: 'api' },
          ],
          alarm: 'api-errors',
        },
        {
          title: 'Functions behind it, p95',
          about: 'All functions of the application are shown; ingest, api and authorise answer requests.',
          rows: [],
          unit: 'ms',
          cloudWatch: [{ find: FUNCTION.duration, stat: 'p95', only: 'application' }],
        },
      ],
    },
  ],
};
