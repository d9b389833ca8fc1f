import { describe, expect, it } from 'vitest';
import { METRICS } from '../../core/metrics.ts';
import { didYouMean, editDistance, nearest } from '../../core/nearest.ts';
import { EVENT_SCHEMAS } from '../../core/telemetry/events.ts';

const fields = Object.keys(EVENT_SCHEMAS.inference.shape);

describe('what may have been meant', () => {
  it.each([
    ['latency', 'latencyMs'],
    ['latency_ms', 'latencyMs'],
    ['cost', 'costUsd'],
    ['tokens', 'inputTokens'],
    ['time', 'timestamp'],
    ['timestmap', 'timestamp'],
    ['deplyoment', 'deployment'],
    ['outputTokenCount', 'outputTokens'],
  ])('by %s is %s', (word, name) => expect(nearest(word, fields)).toContain(name));

  it.each([
    ['inference.latancy', 'inference.latency'],
    ['inference.erorrRatio', 'inference.errorRatio'],
  ])('by %s is the metric %s', (word, name) =>
    expect(
      nearest(
        word,
        METRICS.map((metric) => metric.name),
      )[0],
    ).toBe(name),
  );

  it('is nothing where no name is near', () => {
    for (const word of ['zebra', '', '…', 'x', 'l'.repeat(10_000)]) expect(didYouMean(word, fields)).toBe('');
  });

  it('leaves out what is near but much farther than the nearest', () => {
    expect(nearest('inference.request', ['inference.cost', 'inference.errors', 'inference.requests'])).toEqual([
      'inference.requests',
    ]);
  });

  it('is told in words', () => {
    expect(didYouMean('b', ['ab'])).toBe('');
    expect(didYouMean('owners', ['owner', 'team'])).toBe('; did you mean owner?');
    expect(didYouMean('tokens', ['inputTokens', 'outputTokens'])).toBe('; did you mean inputTokens or outputTokens?');
  });

  it.each([
    ['kitten', 'sitting', 3],
    ['ca', 'ac', 1],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('%s and %s are %i apart', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
    expect(editDistance(b, a)).toBe(distance);
  });
});
