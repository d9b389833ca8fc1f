/**
 * Questions that the archive answers and the rollups do not, saved in the Athena workgroup. They are in Trino's dialect
 * (Athena engine version 3), in the part of it that DuckDB understands too, so that they are tested on files that the
 * archive wrote. What that takes: `day` is compared as text, quotients are made DOUBLE by hand (Trino divides whole numbers
 * wholly), and a date minus an interval is cast to DATE (it is a timestamp in DuckDB).
 */
export interface SavedQuery {
  name: string;
  description: string;
  sql: string;
}

/** Days are partitions: a query that names them reads only those. */
const lastDays = (days: number, column = 'day'): string =>
  `${column} >= CAST(CAST(current_date - INTERVAL '${days}' DAY AS DATE) AS VARCHAR)`;

export const SAVED_QUERIES: readonly SavedQuery[] = [
  {
    name: 'slowest-requests',
    description: 'The ten slowest requests of each deployment in the last 7 days, with the traces to look at',
    sql: `
SELECT deployment, latencyMs, "timestamp", traceId, model, modelVersion, client, status, queueMs, timeToFirstTokenMs,
       coldStart, inputTokens, outputTokens
FROM (
  SELECT *, row_number() OVER (PARTITION BY deployment ORDER BY latencyMs DESC) AS place
  FROM inference
  WHERE ${lastDays(7)} AND latencyMs IS NOT NULL
)
WHERE place <= 10
ORDER BY deployment, latencyMs DESC`,
  },
  {
    name: 'tokens-by-team-and-model',
    description: 'Tokens and known cost of each team and model, day by day, in the last 30 days',
    sql: `
SELECT day, coalesce(team, '(none)') AS team, coalesce(model, '(none)') AS model,
       count(*) AS requests,
       sum(coalesce(inputTokens, 0)) AS inputTokens,
       sum(coalesce(outputTokens, 0)) AS outputTokens,
       sum(coalesce(cacheReadTokens, 0)) AS cacheReadTokens,
       sum(coalesce(cacheWriteTokens, 0)) AS cacheWriteTokens,
       sum(costUsd) AS knownCostUsd
FROM inference
WHERE ${lastDays(30)}
GROUP BY day, team, model
ORDER BY day, team, model`,
  },
  {
    name: 'errors-by-release',
    description:
      'Which kinds of error each release of a deployment has, what share of its requests, and an example, in the last 14 days',
    sql: `
WITH calls AS (
  SELECT deployment, coalesce(modelVersion, '(none)') AS modelVersion, status, errorType, traceId, "timestamp"
  FROM inference
  WHERE ${lastDays(14)}
),
totals AS (
  SELECT deployment, modelVersion, count(*) AS requests FROM calls GROUP BY deployment, modelVersion
)
SELECT c.deployment, c.modelVersion, c.status, coalesce(c.errorType, '(none)') AS errorType,
       count(*) AS errors,
       CAST(count(*) AS DOUBLE) / max(t.requests) AS errorRatio,
       min(c."timestamp") AS firstSeen,
       max(c."timestamp") AS lastSeen,
       max_by(c.traceId, c."timestamp") AS lastTraceId
FROM calls c
JOIN totals t ON t.deployment = c.deployment AND t.modelVersion = c.modelVersion
WHERE c.status <> 'ok'
GROUP BY c.deployment, c.modelVersion, c.status, c.errorType
ORDER BY c.deployment, c.modelVersion, errors DESC`,
  },
  {
    name: 'top-clients',
    description: 'The 50 clients that used most tokens in the last 7 days, and what share of all that was',
    sql: `
WITH clients AS (
  SELECT coalesce(client, '(none)') AS client,
         count(*) AS requests,
         count(DISTINCT deployment) AS deployments,
         sum(coalesce(inputTokens, 0) + coalesce(outputTokens, 0)) AS tokens,
         sum(costUsd) AS knownCostUsd,
         sum(CASE WHEN status <> 'ok' THEN 1 ELSE 0 END) AS errors
  FROM inference
  WHERE ${lastDays(7)}
  GROUP BY client
)
SELECT client, requests, deployments, tokens,
       CAST(tokens AS DOUBLE) / nullif(sum(tokens) OVER (), 0) AS tokenRatio,
       knownCostUsd, errors
FROM clients
ORDER BY tokens DESC, client
LIMIT 50`,
  },
  {
    name: 'repeated-events',
    description:
      'Events whose id was sent more than once in the last 7 days: retries that made a request of their own, counted twice',
    sql: `
SELECT deployment, id, count(*) AS times,
       min("timestamp") AS firstTime,
       max("timestamp") AS lastTime,
       count(DISTINCT status) AS statuses,
       count(DISTINCT traceId) AS traces,
       sum(coalesce(inputTokens, 0) + coalesce(outputTokens, 0)) AS tokens
FROM inference
WHERE ${lastDays(7)} AND id IS NOT NULL
GROUP BY deployment, id
HAVING count(*) > 1
ORDER BY times DESC, deployment, id
LIMIT 1000`,
  },
  {
    name: 'outcomes-by-model-version',
    description:
      'How good the answers of each model version were, and what a good one cost: outcomes of the last 30 days joined to their requests',
    sql: `
WITH calls AS (
  SELECT id, max(deployment) AS deployment, max(modelVersion) AS modelVersion, max(costUsd) AS costUsd,
         max(latencyMs) AS latencyMs
  FROM inference
  WHERE ${lastDays(60)} AND id IS NOT NULL
  GROUP BY id
),
judged AS (
  SELECT o.deployment,
         coalesce(o.modelVersion, c.modelVersion, '(none)') AS modelVersion,
         CASE WHEN o.correct IS NOT NULL THEN o.correct
              WHEN o.feedback IS NOT NULL THEN o.feedback = 'positive' END AS isGood,
         o.rating, o.valueUsd, c.costUsd, c.latencyMs
  FROM outcome o
  LEFT JOIN calls c ON c.id = o.predictionId
  WHERE ${lastDays(30, 'o.day')}
)
SELECT deployment, modelVersion,
       count(*) AS outcomes,
       sum(CASE WHEN isGood THEN 1 ELSE 0 END) AS good,
       avg(CASE WHEN isGood THEN 1e0 WHEN NOT isGood THEN 0e0 END) AS goodRatio,
       avg(rating) AS meanRating,
       sum(valueUsd) AS valueUsd,
       sum(costUsd) AS costUsd,
       sum(costUsd) / nullif(sum(CASE WHEN isGood THEN 1 ELSE 0 END), 0) AS costUsdPerGood,
       avg(latencyMs) AS meanLatencyMs
FROM judged
GROUP BY deployment, modelVersion
ORDER BY deployment, modelVersion`,
  },
].map((query) => ({ ...query, sql: query.sql.trim() }));
