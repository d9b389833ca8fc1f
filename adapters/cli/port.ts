import { createServer } from 'node:net';
import { badInput, Failure } from './failure.ts';

/** Finds out whether one can listen there. Throws Failure that says why not and what to do. Port 0 is always free. */
export const checkPort = (host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)));
    server.listen(port, host, () => server.close(() => resolve()));
  });

const explain = (error: NodeJS.ErrnoException, host: string, port: number): Failure => {
  const other = port < 65_535 ? port + 1 : port - 1;
  switch (error.code) {
    case 'EADDRINUSE':
      return new Failure(
        `port ${port} is taken (by another Modelmeter?): choose another one, for example PORT=${other}`,
      );
    case 'EACCES':
      return new Failure(`port ${port} is for the administrator only: choose one from 1024 on, for example PORT=8080`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return badInput(`${host} is no address of this machine: use 127.0.0.1, or 0.0.0.0 for all of them`, error);
    default:
      return new Failure(`cannot listen at ${host}:${port}: ${error.message}`, { cause: error });
  }
};
