import * as z from 'zod';
import { SEVERITIES } from '../../core/config.ts';
import { Budget } from '../../core/cost/budgets.ts';
import { AMOUNTS, BASES, COST_DIMENSIONS } from '../../core/cost/entry.ts';
import { QUERY_PARAMS } from '../../core/query/params.ts';
import { DeploymentInput } from '../../core/registry/told.ts';
import { EVENT_KINDS, EVENT_SCHEMAS, type EventKind } from '../../core/telemetry/events.ts';
import { ALLOCATIONS, COST_PARAMS } from '../../core/usecases/queryCosts.ts';
import { EVENT_EXAMPLES } from './eventExamples.ts';

type Json = Record<string, unknown>;

const ref = (kind: 'schemas' | 'responses', name: string): Json => ({ $ref: `#/components/${kind}/${name}` });
const content = (type: string, schema: Json, more: Json = {}): Json => ({ [type]: { schema, ...more } });
const answer = (description: string, body?: Json): Json => ({ description, ...(body && { content: body }) });

const schemaOf = (schema: z.ZodType): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
};

const eventName = (kind: EventKind): string => `${kind[0]!.toUpperCase()}${kind.slice(1)}Event`;

const MEANINGS: Record<(typeof QUERY_PARAMS)[number], string> = {
  metric: 'a metric of the catalogue, or the name of a sample',
  stat: 'one or more of count, sum, rate, min, max, avg, last, p50, p99.9, …, with commas; default: the one of the metric',
  groupBy: 'dimensions, with commas',
  filter: 'name:a,b is one of, name!:a is not, name~:glob* is like; again = and; values percent-encoded',
  from: 'ISO 8601, epoch milliseconds, or now-24h; included',
  to: 'like from; not included; default now',
  step: '1m to 1d, or all for one point',
  tz: 'time zone that days begin in, for example Europe/Paris',
  limit: 'only so many groups, those at the top by the first stat over the range',
  order: 'desc or asc: groups by the first stat over the range; without it by label, or with limit desc',
};

const COST_MEANINGS = {
  basis: `${BASES.join(' or ')}: usage times price, within a minute; or what the provider billed, days later`,
  allocation: 'who pays for what is held and idle: reservation = who holds it; usage = nobody, in a line of its own',
  amount: `of a bill: ${AMOUNTS.join(', ')}: invoiced, with what was paid up front spread over its use, at list price`,
  groupBy: `any of ${COST_DIMENSIONS.join(', ')}; with commas`,
  step: '1h or 1d (a bill has days), or all for one point',
};

const param = (where: 'query' | 'path' | 'header', name: string, description: string, more: Json = {}): Json => ({
  name,
  in: where,
  required: where === 'path',
  description,
  schema: { type: 'string' },
  ...more,
});

const IDEMPOTENCY_KEY = param(
  'header',
  'Idempotency-Key',
  'names this request: the same key again is a retry, counted once',
  {
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
);

const IF_MATCH = param('header', 'If-Match', 'the version that is changed, as its ETag was');

const failures = (...names: string[]): Json =>
  Object.fromEntries(names.map((status) => [status, ref('responses', `Problem${status}`)]));
const INGEST_FAILURES = failures('400', '401', '403', '413', '415', '422', '429', '503');
const READ_FAILURES = failures('400', '401', '403', '404', '503');

const binary = { type: 'string', contentEncoding: 'binary' };

const otlp = (signal: string, message: string): Json => ({
  post: {
    summary: `Send ${signal} as OTLP/HTTP`,
    description:
      'Body: ' +
      message +
      ' of the OpenTelemetry protocol; gzip is taken. What was left out is told as partial success. The same body again is a retry.',
    parameters: [IDEMPOTENCY_KEY],
    requestBody: {
      required: true,
      content: { ...content('application/x-protobuf', binary), ...content('application/json', { type: 'object' }) },
    },
    responses: {
      200: answer('Kept on disk', {
        ...content('application/x-protobuf', binary),
        ...content('application/json', { type: 'object', properties: { partialSuccess: { type: 'object' } } }),
      }),
      ...INGEST_FAILURES,
    },
  },
});

const events = {
  oneOf: EVENT_KINDS.map((kind) => ref('schemas', eventName(kind))),
  discriminator: { propertyName: 'kind' },
};

const read = (summary: string, parameters: Json[] = [], more: Json = {}): Json => ({
  summary,
  parameters,
  responses: { 200: answer('The answer', content('application/json', { type: 'object' })), ...READ_FAILURES },
  ...more,
});

const exported = (summary: string, parameters: Json[]): Json =>
  read(
    summary,
    [
      ...parameters,
      param('query', 'from', MEANINGS.from),
      param('query', 'to', MEANINGS.to),
      param('query', 'format', 'ndjson (default), csv or parquet'),
    ],
    {
      responses: {
        200: answer('The file', {
          ...content('application/x-ndjson', { type: 'string' }),
          ...content('text/csv', { type: 'string' }),
          ...content('application/vnd.apache.parquet', binary),
        }),
        ...READ_FAILURES,
      },
    },
  );

const PATHS: Json = {
  '/v1/events': {
    post: {
      summary: 'Send events',
      description:
        'One event, an array, or NDJSON; at most 10,000 events, 4 MiB as sent and 32 MiB inflated. Good events beside bad ones are kept. ' +
        'A time without a zone is UTC; null is absent; unknown fields are kept in attributes, and named in `warnings`. Without Idempotency-Key the same body again is ' +
        'a retry when each of its events has a timestamp or an id.',
      parameters: [
        IDEMPOTENCY_KEY,
        param('header', 'Content-Encoding', 'gzip or deflate'),
        param('header', 'Modelmeter-Import', 'true: an import, whose events may be of any age'),
      ],
      requestBody: {
        required: true,
        content: {
          ...content(
            'application/json',
            { oneOf: [events, { type: 'array', items: events, minItems: 1, maxItems: 10_000 }] },
            { examples: Object.fromEntries(EVENT_KINDS.map((kind) => [kind, { value: EVENT_EXAMPLES[kind] }])) },
          ),
          ...content('application/x-ndjson', { type: 'string' }),
        },
      },
      responses: {
        202: {
          ...answer('Kept on disk', content('application/json', ref('schemas', 'Receipt'))),
          headers: {
            'Idempotent-Replayed': {
              description: 'true: a retry, told what the first was told; nothing is counted twice',
              schema: { type: 'string' },
            },
          },
        },
        ...INGEST_FAILURES,
      },
    },
  },
  '/v1/metrics': otlp('metrics', 'ExportMetricsServiceRequest'),
  '/v1/traces': otlp('traces', 'ExportTraceServiceRequest'),
  '/v1/logs': otlp('logs', 'ExportLogsServiceRequest'),
  '/api/v1/write': {
    post: {
      summary: 'Prometheus remote write 1.0',
      requestBody: { required: true, content: content('application/x-protobuf', binary) },
      responses: {
        204: {
          description: 'Kept on disk',
          headers: {
            'X-Modelmeter-Rejected': {
              description: 'samples left out, when there are any',
              schema: { type: 'integer' },
            },
          },
        },
        ...INGEST_FAILURES,
      },
    },
  },
  '/v1/query': {
    get: read(
      'Ask for a metric over time; a caller bound to teams gets what is of those',
      QUERY_PARAMS.map((name) => ({ ...param('query', name, MEANINGS[name]), required: name === 'metric' })),
      {
        responses: {
          200: answer('The answer', {
            ...content('application/json', ref('schemas', 'QueryAnswer')),
            ...content('text/csv', { type: 'string' }),
          }),
          ...READ_FAILURES,
        },
      },
    ),
  },
  '/v1/costs': {
    get: read(
      'What everything cost, by group and step; a caller bound to teams gets what is of those',
      COST_PARAMS.map((name) => param('query', name, { ...MEANINGS, ...COST_MEANINGS }[name])),
      {
        responses: {
          200: answer('The answer', {
            ...content('application/json', ref('schemas', 'CostsAnswer')),
            ...content('text/csv', { type: 'string' }),
          }),
          ...READ_FAILURES,
        },
      },
    ),
  },
  '/v1/catalog': { get: read('Every metric, what it means and by what it can be grouped') },
  '/v1/dimensions/{name}': {
    get: read('The values of a dimension', [
      param('path', 'name', 'a dimension, for example team'),
      param('query', 'from', MEANINGS.from),
      param('query', 'to', MEANINGS.to),
    ]),
  },
  '/v1/reconciliation': {
    get: read('The estimate beside the bill, by day and service, and what the difference is made of', [
      param('query', 'from', MEANINGS.from),
      param('query', 'to', MEANINGS.to),
    ]),
  },
  '/v1/costs/overview': {
    get: read('Today, the month and its forecast, what moved and why, anomalies, budgets, and what has no price'),
  },
  '/v1/costs/units': {
    get: read(
      'What a request, a token, a training hour cost, by deployment and version, with the trend over four weeks',
    ),
  },
  '/v1/costs/forecast': {
    get: read(
      'Costs to the end of the month and 90 days ahead, with ranges and their past error',
      COST_DIMENSIONS.map((name) => param('query', name, 'only costs with this value')),
    ),
  },
  '/v1/costs/anomalies': { get: read('Where more was spent than was to be expected, and what drove it') },
  '/v1/budgets': { get: read('Budgets and how they stand') },
  '/v1/budgets/{budget}': {
    get: read('One budget; its version is the ETag', [param('path', 'budget', 'its name')]),
    put: read(
      'Make a budget, or replace the version that If-Match names',
      [param('path', 'budget', 'its name'), IF_MATCH],
      {
        requestBody: { required: true, content: content('application/json', ref('schemas', 'Budget')) },
        responses: {
          200: answer('The budget as it is now', content('application/json', { type: 'object' })),
          ...failures('400', '401', '403', '409', '413', '415', '429', '503'),
        },
      },
    ),
    delete: read('Take a budget out', [param('path', 'budget', 'its name'), IF_MATCH], {
      responses: { 204: answer('It is gone'), ...failures('401', '403', '404', '409', '503') },
    }),
  },
  '/v1/deployments': { get: read('The registry of deployments, with what has no owner or no description') },
  '/v1/deployments/{deployment}': {
    get: read('What is known of one deployment', [param('path', 'deployment', 'its name')]),
    put: read('Tell what a deployment is and whose', [param('path', 'deployment', 'its name')], {
      requestBody: { required: true, content: content('application/json', ref('schemas', 'DeploymentInput')) },
      responses: {
        200: answer('The deployment as it is now', content('application/json', { type: 'object' })),
        ...failures('400', '401', '403', '413', '415', '429', '503'),
      },
    }),
  },
  '/v1/notices': {
    get: read('What is wrong now: what people were told and has not ended, the most severe first', [], {
      responses: {
        200: answer('The answer', content('application/json', ref('schemas', 'Notices'))),
        ...READ_FAILURES,
      },
    }),
  },
  '/v1/export/events': {
    get: exported('Export raw events, spans or logs', [
      param('query', 'kind', `${EVENT_KINDS.join(', ')}, span or log`),
      param('query', 'limit', 'at most so many'),
    ]),
  },
  '/v1/export/rollups': {
    get: exported('Export rollups', [param('query', 'family', 'a family of series, for example inference.deployment')]),
  },
  '/v1/bills/{upload}/{file}': {
    put: {
      summary: 'Bring a piece of a file of a bill',
      parameters: [
        param('path', 'upload', 'names the import: 16 to 64 hexadecimal digits that the caller makes up'),
        param('path', 'file', 'the number of the file, from 0'),
        param(
          'query',
          'offset',
          'where the piece begins in the file, bytes; a piece that is there already is left as it is',
        ),
      ],
      requestBody: { required: true, content: content('application/octet-stream', binary) },
      responses: { 204: answer('It is there'), ...failures('400', '401', '403', '413', '429', '503') },
    },
  },
  '/v1/bills/{upload}': {
    post: {
      summary: 'Import the files that were brought, together',
      parameters: [
        param('path', 'upload', 'the same'),
        param('query', 'format', 'focus or cur'),
        param('query', 'mode', 'whole (default): refused when days would be lost; add: those days; replace: even so'),
        param('query', 'name', 'what the files are called, in order; repeatable'),
      ],
      responses: {
        200: answer(
          'How it goes, a line at a time: progress, and at last done with a report, or failed with a problem',
          content('application/x-ndjson', { type: 'string' }),
        ),
        ...failures('400', '401', '403', '503'),
      },
    },
  },
  '/healthz': { get: { ...read('Are you well, and how old is the newest rollup'), security: [] } },
  '/openapi.json': { get: read('This description') },
};

const PROBLEMS: Record<string, string> = {
  400: 'What was sent cannot be understood; `errors` names the fields',
  401: 'No key, or an unknown one',
  403: 'Host, Origin, role or teams do not allow it',
  404: 'There is no such thing',
  409: 'It is there already, or was changed meanwhile: read it again',
  413: 'Larger than what is taken',
  415: 'A Content-Type or Content-Encoding that is not taken',
  422: 'The Idempotency-Key came before with another body',
  429: 'Too much at once: wait for Retry-After',
  503: 'The disk is full or too much waits: nothing was kept; wait for Retry-After',
};

const problemResponse = (description: string, hasWait: boolean): Json => ({
  ...answer(description, content('application/problem+json', ref('schemas', 'Problem'))),
  ...(hasWait && { headers: { 'Retry-After': { description: 'seconds', schema: { type: 'integer' } } } }),
});

const ItemProblem = z.object({ index: z.int().optional(), path: z.string(), message: z.string() });
const SCHEMAS = {
  ...Object.fromEntries(EVENT_KINDS.map((kind) => [eventName(kind), EVENT_SCHEMAS[kind]])),
  DeploymentInput,
  Budget,
  Receipt: z
    .object({
      batchId: z.string(),
      accepted: z.int().describe('events'),
      rejected: z.int().describe('events'),
      errors: z.array(ItemProblem).max(100).describe('what was not kept and why, one for each wrong field'),
      warnings: z
        .array(ItemProblem)
        .max(20)
        .describe('fields that no event of its kind has, each once with the first event that had it: a misspelling?'),
    })
    .describe('What was kept.'),
  QueryAnswer: z.object({
    metric: z.string(),
    unit: z.string(),
    from: z.number().describe('epoch milliseconds: the range asked for, widened to whole steps; included'),
    to: z.number().describe('epoch milliseconds; not included'),
    step_s: z.number().describe('seconds between points; 0 when there is one for the whole range'),
    note: z.string().optional(),
    series: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        stat: z.string(),
        points: z.array(z.tuple([z.number().describe('epoch milliseconds'), z.number().nullable()])),
      }),
    ),
  }),
  CostsAnswer: z.object({
    currency: z.string(),
    basis: z.enum(BASES),
    allocation: z.enum(ALLOCATIONS),
    amount: z.enum(AMOUNTS),
    from: z.number().describe('epoch milliseconds; included'),
    to: z.number().describe('epoch milliseconds; not included'),
    step_s: z.number(),
    groupBy: z.array(z.string()),
    total: z.number().describe('over all groups, in `currency`'),
    note: z.string().optional(),
    series: z.array(
      z.object({
        labels: z.record(z.string(), z.string()),
        currency: z.string().optional().describe('where it is another'),
        points: z.array(z.tuple([z.number().describe('epoch milliseconds'), z.number().nullable()])),
        listCost: z.number().nullable().describe('at list price, over the range'),
        total: z.number().nullable().describe('over the range; null = nothing of it has a price'),
      }),
    ),
    unpriced: z
      .array(z.object({ labels: z.record(z.string(), z.string()), missing: z.string(), quantity: z.number() }))
      .describe('what was used and has no price: it is in no sum'),
  }),
  Notices: z.object({
    notices: z.array(
      z.object({
        id: z.string().describe('the same for as long as it holds on, for example gpu-idle-held/i-0a1/3'),
        state: z.literal('firing'),
        severity: z.enum(SEVERITIES),
        title: z.string(),
        text: z.string(),
        since: z.string().describe('ISO 8601'),
        numbers: z.array(z.object({ name: z.string(), value: z.string().describe('with its unit') })),
        deployment: z.string().optional().describe('that it is about'),
        owner: z.string().optional().describe('who answers for it'),
        action: z.string().describe('what the owner does first'),
        runbook: z.string().describe('where its section of the runbook is'),
        links: z.array(z.object({ text: z.string(), url: z.string() })),
      }),
    ),
  }),
  Problem: z
    .object({
      type: z.string(),
      title: z.string(),
      status: z.int(),
      detail: z.string(),
      errors: z.array(ItemProblem).optional(),
      errorCount: z.int().optional().describe('how many errors there are; `errors` lists the first 100'),
    })
    .describe('RFC 9457'),
};

let description: Json | undefined;

/** The API's description: OpenAPI 3.1, its schemas generated from the zod schemas that check what comes in. */
export const openApi = (): Json => {
  description ??= {
    openapi: '3.1.1',
    info: {
      title: 'Modelmeter',
      version: '1',
      summary: 'Monitoring and cost analytics for AI models',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { basic: [] }, {}],
    paths: PATHS,
    components: {
      schemas: Object.fromEntries(Object.entries(SCHEMAS).map(([name, schema]) => [name, schemaOf(schema)])),
      responses: Object.fromEntries(
        Object.entries(PROBLEMS).map(([status, text]) => [
          `Problem${status}`,
          problemResponse(text, status === '429' || status === '503'),
        ]),
      ),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'an API key, or in AWS a token (JWT) of the OIDC provider',
        },
        basic: { type: 'http', scheme: 'basic', description: 'the key as password, with any user name' },
      },
    },
  };
  return description;
};
