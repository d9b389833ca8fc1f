#!/usr/bin/env node
import manifest from '../package.json' with { type: 'json' };

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `Modelmeter needs Node 24 or newer; this is Node ${process.versions.node}. ` +
      '`npm ci` brings Node 24 along: start it with `npx modelmeter …`, `npx node bin/modelmeter.ts …` or `npm start`.',
  );
  process.exitCode = 1;
} else {
  // Only now: what it imports does not even load on an older Node.
  const { main } = await import('../adapters/cli/main.ts');
  process.exitCode = await main(process.argv.slice(2), manifest.version);
}
