import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  AccountRecovery,
  ClientAttributes,
  Mfa,
  OAuthScope,
  ResourceServerScope,
  StringAttribute,
  UserPool,
  type UserPoolClient,
  UserPoolGroup,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import type { Config } from '../../core/config.ts';

/** What tokens say, whoever issued them. */
export interface TokenIssuer {
  readonly issuer: string;
  readonly audience: readonly string[];
  readonly rolesClaim: string;
  readonly teamsClaim: string;
}

const ROLES = {
  reader: 'May query, and read the registry',
  writer: 'May send telemetry, and change the registry',
  admin: 'May do everything',
};
/** Where command-line programs wait for the browser to come back from the login. */
const CALLBACK = 'http://localhost';

/** The issuer that the configuration names, or a user pool of our own. */
export const tokenIssuer = (scope: Construct, login: Config['aws']['login']): TokenIssuer =>
  login.kind === 'oidc' ? login : new Login(scope, 'Login');

/** People, in a user pool: their groups are their roles, `custom:teams` are the teams they are bound to. Survives its stack. */
export class Login extends Construct implements TokenIssuer {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
  readonly rolesClaim = 'cognito:groups';
  readonly teamsClaim = 'custom:teams';

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: false,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      customAttributes: { teams: new StringAttribute({ mutable: true, maxLen: 2048 }) },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      mfa: Mfa.OPTIONAL,
      mfaSecondFactor: { otp: true, sms: false },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    for (const [name, description] of Object.entries(ROLES))
      new UserPoolGroup(this, name, { userPool: this.pool, groupName: name, description });
    const scopes = Object.entries(ROLES).map(
      ([scopeName, scopeDescription]) => new ResourceServerScope({ scopeName, scopeDescription }),
    );
    const api = this.pool.addResourceServer('Api', { identifier: 'modelmeter', scopes });
    this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: `modelmeter-${Stack.of(this).account}` },
    });
    this.client = this.pool.addClient('Client', {
      generateSecret: false,
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      // For whoever may administer the pool: a token without a browser.
      authFlows: { userSrp: true, adminUserPassword: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, ...scopes.map((each) => OAuthScope.resourceServer(api, each))],
        callbackUrls: [CALLBACK],
        logoutUrls: [CALLBACK],
      },
      // Without this people could write their own teams.
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true }),
      readAttributes: new ClientAttributes()
        .withStandardAttributes({ email: true, emailVerified: true })
        .withCustomAttributes('teams'),
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
    });
  }

  get issuer(): string {
    return this.pool.userPoolProviderUrl;
  }

  get audience(): readonly string[] {
    return [this.client.userPoolClientId];
  }
}
