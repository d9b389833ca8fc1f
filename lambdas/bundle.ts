import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type OutputFile, transform } from 'esbuild';
import { barePrices, oneCopyOfEach, sparseSchemas } from './bundlePlugins.ts';

const root = resolve(import.meta.dirname, '..');

/** The file of a bundle that Lambda loads, and what it calls in it. */
export const BUNDLE_FILE = 'index.js';
export const BUNDLE_HANDLER = 'index.handler';

/**
 * One function for Node 24 with all that it needs, the SDK's clients included: what was tested is what runs. Nothing of it
 * depends on the processor, so it does for arm64.
 *
 * What is imported when it is first needed lies in files of its own, so that a cold start neither reads nor compiles it.
 */
export const bundleOptions = (name: string): BuildOptions & { write: false } => ({
  absWorkingDir: root,
  entryPoints: { index: join('lambdas', name, 'handler.ts') },
  outdir: join(root, 'lambdas', name, 'bundle'), // gives relative names; nothing is written there
  bundle: true,
  write: false,
  splitting: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  mainFields: ['module', 'main'],
  conditions: ['module'],
  // The SDK's default looks into files, single sign-on and the metadata of hosts: a third of a small bundle.
  alias: { '@aws-sdk/credential-provider-node': join(root, 'lambdas', 'credentials.ts') },
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [oneCopyOfEach(), sparseSchemas, barePrices],
});

/** Writes the bundle of a function into a folder, which is made where there is none; answers the path of what Lambda loads. */
export const bundle = async (name: string, outDir: string): Promise<string> => {
  const folder = resolve(outDir);
  await mkdir(folder, { recursive: true });
  const { outputFiles } = await build(bundleOptions(name));
  for (const file of outputFiles) await writeFile(join(folder, basename(file.path)), await asCommonJs(file));
  await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
  return join(folder, BUNDLE_FILE);
};

/**
 * Made of ES modules, since what is not used of those is left out, which saves 30 %; but run as CommonJS: importing
 * `node:http` as an ES module loads Node's whole fetch at once, used or not, which costs a start 20 ms of CPU (bench/handlers).
 */
const asCommonJs = async ({ text }: OutputFile): Promise<string> => {
  const options = { format: 'cjs', platform: 'node', target: 'node24', minify: true } as const;
  const { code } = await transform(text, { ...options, supported: { 'dynamic-import': false } });
  return code;
};

// `node lambdas/bundle.ts NAME FOLDER`, for tools that want a command.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [name, outDir] = process.argv.slice(2);
  if (name === undefined || outDir === undefined) throw new Error('usage: node lambdas/bundle.ts NAME FOLDER');
  await bundle(name, outDir);
}
