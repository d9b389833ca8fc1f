import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from './harness.ts';

const COMMANDS = ['serve', 'send', 'query', 'notices', 'replay', 'export', 'import', 'doctor', 'backup', 'keys'];
const unused = join(tmpdir(), 'modelmeter-never-made');

describe('the command line', () => {
  it('lists every command with a sentence', async () => {
    const { code, stdout } = await run(['--help']);

    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${command}\\b.* {2,}\\w+`, 'm'));
  });

  it.each(COMMANDS)('teaches %s: what it does and real examples', async (command) => {
    const { code, stdout } = await run([command, '--help']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/Options:/);
    expect(stdout).toMatch(new RegExp(`Examples:\\n(  .*\\n)*.*modelmeter ${command}`));
  });

  it.each([
    [['frobnicate'], /unknown command/],
    [['send'], /missing required argument 'file'/],
    [['send', 'no-such-file.json'], /^modelmeter: cannot open no-such-file\.json: there is no such file\n$/],
    [['send', tmpdir()], /is a folder/],
    [['send', 'x.json', '--url', 'localhost:8080'], /Expected an address such as http/],
    [['serve', '--port', '80808'], /Expected a whole number from 0 .* to 65535/],
    [['serve', '--config', 'no-such.yaml', '--data', unused], /cannot read the configuration no-such\.yaml/],
    [['serve', '--host', '0.0.0.0', '--data', unused], /set MODELMETER_TOKENS to a secret, or listen at 127\.0\.0\.1/],
    [['replay', 'x.csv'], /required option '--format/],
    [['replay', '--format', 'azure-llm', '--speed', '0.5', 'x.csv'], /Expected 1 or more/],
    [['export', 'everything'], /Allowed choices are events, rollups/],
    [['export', 'rollups', '--kind', 'training'], /--kind goes with events/],
    [['backup', 'x', '--data', unused], /holds no data of Modelmeter/],
  ])('says what is wrong with: %j, without a stack trace', async (args, message) => {
    const { code, stdout, stderr } = await run(args);

    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n {4}at /);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('says that nobody listens, and how to start', async () => {
    const { code, stderr } = await run(['query', 'inference.latency', '--url', 'http://127.0.0.1:1']);

    expect([code, stderr]).toEqual([1, expect.stringMatching(/nothing answers at http.*:1 .*modelmeter serve/)]);
  });

  it('shows where it failed only when it is asked to', async () => {
    const args = ['query', 'inference.latency', '--url', 'http://127.0.0.1:1'];
    const { stderr } = await run(args, { env: { MODELMETER_DEBUG: '1' } });

    expect(stderr).toMatch(/\n {4}at /);
  });

  it('suggests another port when one is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    const { code, stderr } = await run(['serve', '--data', unused], { env: { PORT: String(port) } });

    server.close();
    expect([code, stderr]).toEqual([1, expect.stringContaining(`port ${port} is taken`)]);
    expect(stderr).toContain(`PORT=${port + 1}`);
  });

  it('refuses an older Node with the remedy, before it loads anything', async () => {
    const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "22.18.0" } })';
    const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(older)}`];

    const { code, stderr } = await run(['--help'], { nodeArgs });

    expect([code, stderr]).toEqual([1, expect.stringMatching(/needs Node 24 or newer; this is Node 22\.18\.0.*npx/)]);
  });
});
