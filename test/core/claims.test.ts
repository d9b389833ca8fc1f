import { describe, expect, it } from 'vitest';
import { principalOfClaims } from '../../core/access/claims.ts';

const NAMES = { roles: 'roles', teams: 'teams' };
const COGNITO = { roles: 'cognito:groups', teams: 'custom:teams' };
const of = (claims: Record<string, unknown>, names = NAMES) => principalOfClaims({ sub: 'ada', ...claims }, names);

describe('the claims of a token', () => {
  it('say roles and teams, as lists or as texts with commas', () => {
    const ada = { id: 'oidc-ada', roles: ['writer', 'reader'], teams: ['ads', 'machine learning'] };

    expect(of({ roles: ['reader', 'writer', 'cook'], teams: ['machine learning', 'ads'] })).toEqual(ada);
    expect(of({ roles: 'reader, writer', teams: 'ads,machine learning' })).toEqual(ada);
  });

  it('may stand deeper, under a path, or under a name with dots in it', () => {
    const expected = { id: 'oidc-ada', roles: ['reader'], teams: ['ads'] };
    const names = { roles: 'realm_access.roles', teams: 'https://example.com/teams' };

    expect(of({ realm_access: { roles: ['reader'] }, 'https://example.com/teams': ['ads'] }, names)).toEqual(expected);
    expect(of({ 'realm_access.roles': ['reader'], 'https://example.com/teams': 'ads' }, names)).toEqual(expected);
    expect(of({ teams: ['*'] }, { roles: 'constructor.name', teams: 'teams' })).toBeUndefined();
  });

  it("of Cognito are a person's groups and attribute", () => {
    expect(of({ 'cognito:groups': ['reader'], 'custom:teams': 'search,ads' }, COGNITO)?.teams).toEqual([
      'ads',
      'search',
    ]);
    expect(of({ 'cognito:groups': ['reader', 'team:search'] }, COGNITO)?.teams).toEqual(['search']);
    expect(of({ 'cognito:groups': ['reader', 'team:*'], 'custom:teams': 'ads' }, COGNITO)?.teams).toEqual([]);
  });

  it('that name no team are nobody’s, since an access token of somebody bound to teams says none', () => {
    for (const roles of [['reader'], ['admin']]) {
      for (const teams of [undefined, null, '', [], [''], ['__other__'], 7, { '*': true }])
        expect(of({ roles, teams })).toBeUndefined();
      expect(of({ roles, teams: '*' })).toEqual({ id: 'oidc-ada', roles, teams: [] });
    }
  });

  it('that name no role or no subject are nobody’s', () => {
    for (const roles of [undefined, [], ['Admin'], 'administrator', { admin: true }, [['admin']]])
      expect(of({ roles, teams: '*' })).toBeUndefined();
    for (const sub of [undefined, '', 7]) expect(of({ sub, roles: 'admin', teams: '*' })).toBeUndefined();
  });

  it('lend no more than their scopes say, where any is one of ours', () => {
    const rolesOf = (roles: string, scope: string) => of({ roles, teams: '*', scope })?.roles;

    expect(rolesOf('admin', 'openid email')).toEqual(['admin']);
    expect(rolesOf('admin', 'openid modelmeter/reader')).toEqual(['reader']);
    expect(rolesOf('reader', 'modelmeter/reader modelmeter/writer modelmeter/admin')).toEqual(['reader']);
    expect(rolesOf('reader', 'modelmeter/writer')).toBeUndefined();
  });
});
