import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Service } from '../aws/services.ts';

/** A queue as far as `GetQueueAttributes` shows it (AWS JSON protocol); anything else is refused. */
export const sqsStub = async ({ visible, underWay }: { visible: number; underWay: number }): Promise<Service> => {
  const server = createServer((request, response) => {
    request.resume();
    if (request.headers['x-amz-target'] !== 'AmazonSQS.GetQueueAttributes')
      return void response.writeHead(400).end('{}');
    const Attributes = {
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(underWay),
    };
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ Attributes }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
