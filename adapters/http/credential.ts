/**
 * The key or token of an Authorization header: `Bearer KEY`, or Basic with the key as password and any name.
 *
 * @returns undefined for a header of another form, or none
 */
export const credentialOf = (authorization: string | null | undefined): string | undefined => {
  const [, scheme, credentials] = /^(bearer|basic) +(\S+)$/i.exec(authorization ?? '') ?? [];
  if (scheme === undefined || credentials === undefined) return undefined;
  if (scheme.toLowerCase() === 'bearer') return credentials;
  const text = Buffer.from(credentials, 'base64').toString();
  return text.includes(':') ? text.slice(text.indexOf(':') + 1) : undefined;
};
