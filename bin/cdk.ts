#!/usr/bin/env node
import { existsSync } from 'node:fs';

/**
 * What `npx cdk` runs. Context: `-c config=PATH` (default modelmeter.yaml where there is one, else all defaults);
 * `-c nag=true` checks the stacks against the packs of cdk-nag too.
 */
const DEFAULT_CONFIG = 'modelmeter.yaml';

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `Modelmeter needs Node 24 or newer; this is Node ${process.versions.node}. ` +
      '`npm ci` brings Node 24 along: start it with `npx cdk …`.',
  );
  process.exitCode = 1;
} else {
  // Only now: what they import does not even load on an older Node.
  const { App, Validations } = await import('aws-cdk-lib');
  const { readConfig } = await import('../adapters/configFile.ts');
  const { tell } = await import('../adapters/cli/failure.ts');
  const { modelmeter } = await import('../lib/modelmeter.ts');

  // Synthesised here and not on the way out, so that a mistake is told as one line.
  const app = new App({ autoSynth: false });
  const context = (name: string): string | undefined => app.node.tryGetContext(name);
  try {
    const config = readConfig(context('config') ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined));
    const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
    modelmeter(app, { config, env: { ...(account && { account }), ...(region && { region }) } });
    if (context('nag') === 'true') {
      const { nagPacks } = await import('../lib/nag.ts');
      Validations.of(app).addPlugins(...nagPacks(app));
    }
    app.synth();
  } catch (error) {
    process.exitCode = tell(error);
  }
}
