import { lightHeaders } from './lightHeaders.ts';

/**
 * A request as far as our routes look at it. Node's own loads all of its fetch when it is first mentioned, 20 ms of CPU in
 * each cold start (bench/handlers): whatever else is asked of this one is answered by such a one, made then. On one machine
 * @hono/node-server does the same.
 *
 * @param of.headers by name in lower case, as API Gateway gives them
 */
export const lightRequest = (of: {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer | undefined;
}): Request => {
  const { method, url, body } = of;
  const headers = lightHeaders(Object.entries(of.headers));
  const light = { method, url, headers, arrayBuffer: async () => body ?? Buffer.alloc(0) };
  let real: Request | undefined;
  return new Proxy(light as unknown as Request, {
    get(target, name) {
      if (name in light) return Reflect.get(target, name);
      if (name === 'then') return undefined; // which `await` asks for
      real ??= new Request(url, { method, headers: of.headers, ...(body && { body: new Uint8Array(body) }) });
      const value = Reflect.get(real, name);
      return typeof value === 'function' ? value.bind(real) : value;
    },
  });
};
