import { describe, expect, it } from 'vitest';
import { resourceAttributes } from '../../../core/telemetry/otlp/labels.ts';

describe('labels of a resource', () => {
  it('tell processes apart that do not tell themselves apart, whose counters would otherwise be taken for one', () => {
    expect(resourceAttributes({ 'service.name': 'a', 'process.pid': 7, 'process.command': 'x' })).toEqual({
      'service.name': 'a',
      pid: 7,
    });
  });

  it('hold no process id where instances have names', () => {
    const named = { 'service.name': 'a', 'service.instance.id': 'i' };

    expect(resourceAttributes({ ...named, 'process.pid': 7 })).toEqual(named);
  });
});
