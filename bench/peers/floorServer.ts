import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { servePeer } from './httpServer.ts';

/**
 * The floor: the least that any server here has to do. It parses the JSON, appends the body as it came to one file,
 * and answers when fdatasync has returned. It can answer no query.
 */
const dataDir = process.env.DATA_DIR!;
mkdirSync(dataDir, { recursive: true });
const log = await open(join(dataDir, 'events.log'), 'a');

servePeer({
  async answer({ body }) {
    const events = JSON.parse(body.toString()) as unknown[];
    await log.write(body);
    await log.datasync();
    return { status: 202, body: JSON.stringify({ accepted: events.length }) };
  },
  close: () => log.close(),
});
