import { hash } from 'node:crypto';
import type { ApiKeyStore, Principal } from '../../core/ports.ts';
import { authenticateApiKey } from '../../core/usecases/apiKeys.ts';
import { keyAuthentication, LOCAL_PRINCIPAL } from '../http/access.ts';
import { credentialOf } from '../http/credential.ts';
import { keyCrypto } from '../http/keyCrypto.ts';
import { isLoopback } from './loopback.ts';

/**
 * Who calls a server on one machine: whoever has one of its tokens, or an API key of its data folder, which is looked up
 * at each request, so that one that is made or revoked meanwhile counts at once. Everybody on loopback is the local
 * principal until there is a token or a key; that all keys were revoked opens nothing again.
 *
 * @param of.host where it listens
 * @param of.ownToken of what the server runs itself: it needs no other, and does not by itself ask anybody for one
 */
export const localAuthentication = (of: {
  host: string;
  tokens: readonly string[];
  ownToken?: string | undefined;
  keys: ApiKeyStore;
  now: () => number;
}): ((request: Request) => Promise<Principal | undefined>) => {
  const { host, tokens, ownToken, keys, now } = of;
  const own = ownToken === undefined ? [] : [{ key: ownToken, principal: LOCAL_PRINCIPAL }];
  const byToken = keyAuthentication([...tokens.map(callerOf), ...own]);
  const byKey = authenticateApiKey({ keys, crypto: keyCrypto });
  const mayBeOpen = tokens.length === 0 && isLoopback(host);

  return async (request) => {
    const key = credentialOf(request.headers.get('authorization'));
    const known = byToken(request) ?? (key === undefined ? undefined : await byKey(key, now()));
    if (known) return known;
    return mayBeOpen && (await keys.isEmpty()) ? LOCAL_PRINCIPAL : undefined;
  };
};

/** Named after its key, not its place among the keys: who adds or takes away a key renames no other caller. */
const callerOf = (key: string): { key: string; principal: Principal } => ({
  key,
  principal: { ...LOCAL_PRINCIPAL, id: `token-${hash('sha256', key).slice(0, 12)}` },
});
