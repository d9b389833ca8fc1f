import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readEnvironment } from '../../lambdas/environment.ts';
import { Env as ExpireEnv } from '../../lambdas/expire/env.ts';
import { flag, list, wholeNumber } from '../../lambdas/shared.env.ts';

describe('an environment', () => {
  it('that is wrong is told of at once, every variable by name', () => {
    const variables = {
      DATA_BUCKET: '',
      TIME_SERIES_STORE: 'sqlite',
      MINUTE_DAYS: '',
      HOUR_DAYS: '1e2',
      DAY_DAYS: '456',
    };
    let message = '';
    try {
      readEnvironment(ExpireEnv, variables);
    } catch (error) {
      message = (error as Error).message;
    }

    for (const name of ['DATA_BUCKET', 'ROLLUPS_TABLE', 'TIME_SERIES_STORE', 'MINUTE_DAYS', 'HOUR_DAYS'])
      expect(message).toContain(`${name}: `);
    expect(message).not.toContain('DAY_DAYS');
    expect(message).not.toContain('sqlite');
  });

  it('reads numbers from digits, flags from words and names between commas', () => {
    const Env = z.object({ N: wholeNumber, F: flag, L: list, NONE: list });

    expect(readEnvironment(Env, { N: '007', F: 'false', L: 'a,b', NONE: '' })).toEqual({
      N: 7,
      F: false,
      L: ['a', 'b'],
      NONE: [],
    });
  });
});
