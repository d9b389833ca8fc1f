import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { parseConfig, readConfig } from '../../adapters/configFile.ts';
import { clientHash } from '../../adapters/local/clientHash.ts';
import { registryOf } from '../../core/config.ts';

const example = join(import.meta.dirname, '../../modelmeter.yaml');
const messageOf = (yaml: string): string => {
  try {
    parseConfig(yaml, 'modelmeter.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'was taken';
};

describe('configuration', () => {
  it('has a default for everything', () => {
    expect(readConfig()).toMatchObject({
      keepContent: false,
      hashClients: false,
      retention: { minuteDays: 35, hourDays: 120, dayDays: 456, archiveDays: 90 },
      cardinality: { valuesPerDimension: 2_000, valuesPerClient: 20_000, seriesPerFamily: 100_000 },
      replicaLabels: ['prometheus_replica', '__replica__'],
      allowedHosts: [],
      deployments: {},
    });
    expect(parseConfig('', 'empty.yaml')).toEqual(readConfig());
  });

  it('shows in its example every default, and a registry', () => {
    const { deployments } = readConfig(example);
    const written = parse(readFileSync(example, 'utf8'));

    expect({ ...written, deployments: {} }).toEqual(readConfig());
    expect(deployments['search-answers']).toMatchObject({ owner: 'ada@example.com', team: 'search' });
  });

  it('gives the registry what it takes: attributes, without the tags that find resources', () => {
    const config = parseConfig('deployments: { a: { team: b, tags: { app: c } } }', 'modelmeter.yaml');

    expect(registryOf(config)).toEqual({ a: { team: 'b' } });
  });

  it('takes any team and project where none are listed', () => {
    const { deployments } = parseConfig(
      'teams: { a: {} }\ndeployments: { d: { team: a, project: z }, e: {} }',
      'modelmeter.yaml',
    );

    expect(deployments.d).toEqual({ team: 'a', project: 'z' });
  });

  it('keeps defaults beside what is said', () => {
    const { retention } = parseConfig('retention:\n  archiveDays: 7\n', 'modelmeter.yaml');

    expect(retention).toEqual({ minuteDays: 35, hourDays: 120, dayDays: 456, archiveDays: 7 });
  });

  it.each([
    ['keepContents: true', /^modelmeter\.yaml: keepContents: unknown name; known are keepContent, hashClients/],
    ['retention: { minutesDays: 3 }', /retention\.minutesDays: unknown name; known are minuteDays, hourDays/],
    ['deployments: { a: { teem: x } }', /deployments\.a\.teem: unknown name; known are model, modelVersion/],
    ['retention: { minuteDays: 0 }', /retention\.minuteDays: .*>=1, got 0/],
    ['retention: { minuteDays: 200 }', /retention: coarser steps must be kept at least as long/],
    ['keepContent: "yes"', /keepContent: .*expected boolean.*got "yes"/],
    ['keepContent: true\nkeepContent: false', /unique.* at line 2/],
    [
      'aws: { login: { kind: oidc, issuer: "http://a.b", audience: [x] } }',
      /aws\.login\.issuer: expected the issuer, an https/,
    ],
    ['aws: { login: { kind: saml } }', /aws\.login\.kind: .*saml/],
    [
      'aws: { login: { kind: cognito, isuer: x } }',
      /aws\.login\.isuer: unknown name; known are kind, issuer, audience/,
    ],
    ['aws: { logDays: 31 }', /aws\.logDays: expected a retention that CloudWatch Logs has: 1, 3, .*, got 31/],
    [
      'channels: { slack: [{ workspaceId: me, channelId: C01 }] }',
      /channels\.slack\.0\.workspaceId: .*T0123ABCD, got "me"/,
    ],
    ['teams: { a: {} }\ndeployments: { d: { team: b } }', /deployments\.d\.team: no team is named "b"; teams are a$/],
    [
      'teams: { a: { projects: [x, y] } }\ndeployments: { d: { team: a, project: z } }',
      /deployments\.d\.project: the team a has no project "z"; its projects are x, y$/,
    ],
    ['a: [1', /at line \d/],
    ['- a', /expected object/],
  ])('says where this is wrong: %s', (yaml, expected) => {
    expect(messageOf(yaml)).toMatch(expected);
  });

  it('says so when the file is not there', () => {
    expect(() => readConfig('no-such.yaml')).toThrow(/no-such\.yaml: there is no such file/);
  });
});

describe('client hash', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'modelmeter-salt-'));
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('is the same for the same client, also after a restart, and another with another salt', () => {
    const first = clientHash({ dataDir })('ada');
    const again = clientHash({ dataDir })('ada');

    expect(first).toMatch(/^client-[\w-]{16}$/);
    expect(again).toBe(first);
    expect(clientHash({ dataDir })('bob')).not.toBe(first);
    expect(clientHash({ dataDir, salt: 'pepper' })('ada')).not.toBe(first);
    expect(clientHash({ dataDir, salt: 'pepper' })('ada')).toBe(
      clientHash({ dataDir: 'unused', salt: 'pepper' })('ada'),
    );
  });
});

describe('budgets of the configuration', () => {
  it('have defaults, and belong to teams that there are', () => {
    const { budgets } = parseConfig('budgets: { all: { usd: 100 } }', 'modelmeter.yaml');

    expect(budgets.all).toEqual({
      usd: 100,
      scope: {},
      period: 'month',
      timeZone: 'UTC',
      basis: 'estimated',
      thresholds: [50, 75, 90, 100],
      forecastThresholds: [100],
      aws: false,
    });
    expect(messageOf('teams: { a: {} }\nbudgets: { x: { usd: 1, scope: { team: b } } }')).toContain(
      'budgets.x.scope.team: no team is named "b"',
    );
    expect(messageOf('budgets: { x: { usd: 0, period: year } }')).toMatch(/budgets\.x\.usd.*budgets\.x\.period/);
  });
});
