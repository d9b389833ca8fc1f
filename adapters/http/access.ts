import { hash } from 'node:crypto';
import { AppError } from '../../core/errors.ts';
import type { Principal } from '../../core/ports.ts';
import { credentialOf } from './credential.ts';
import { HttpError } from './failure.ts';

const LOOPBACK = /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
const HOST = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::\d{1,5})?$/;

/**
 * Refuses requests that a foreign web page made a browser send: by a host name that was made to point here (DNS
 * rebinding), or from another origin. A request without Origin comes from no page, or reads nothing.
 *
 * @param allowedHosts names, without port, besides those of loopback; `*` = any
 */
export const hostCheck = (allowedHosts: readonly string[]): ((request: Request) => void) => {
  const allowed = new Set([...LOCAL_HOSTS, ...allowedHosts].map((host) => host.toLowerCase()));
  const isAny = allowed.has('*');
  return (request) => {
    const host = request.headers.get('host') ?? new URL(request.url).host;
    const name = HOST.exec(host)?.[1]?.toLowerCase();
    const isOurs = name !== undefined && (allowed.has(name) || LOOPBACK.test(name));
    if (!isAny && !isOurs)
      throw new AppError(
        'forbidden',
        `the host "${host.slice(0, 100)}" is not one of this server's; add it to the allowed hosts if it should be`,
      );
    const origin = request.headers.get('origin');
    if (origin !== null && origin.replace(/^https?:\/\//, '') !== host)
      throw new AppError('forbidden', `web pages of ${origin.slice(0, 100)} may not call this server`);
  };
};

/** Who asks, where nobody has to say so. */
export const LOCAL_PRINCIPAL: Principal = { id: 'local', roles: ['admin', 'writer', 'reader'], teams: [] };

/**
 * Knows callers by their key: `Authorization: Bearer KEY`, or Basic with the key as password and any name.
 *
 * @returns undefined for a request without a key, or with an unknown one
 */
export const keyAuthentication = (
  callers: readonly { key: string; principal: Principal }[],
): ((request: Request) => Principal | undefined) => {
  // Looked up by hash, so that the time it takes says nothing about how much of a key was right.
  const byHash = new Map(callers.map(({ key, principal }) => [hash('sha256', key), principal]));
  return (request) => {
    const key = credentialOf(request.headers.get('authorization'));
    return key === undefined ? undefined : byHash.get(hash('sha256', key));
  };
};

/** What a request without a known key is told; a browser then asks its user for it. */
export const unauthenticated = () =>
  new HttpError(401, 'Who are you?', 'send Authorization: Bearer KEY, or Basic with the key as password', {
    'WWW-Authenticate': 'Basic realm="Modelmeter", charset="UTF-8", Bearer realm="Modelmeter"',
  });
