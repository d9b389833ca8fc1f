import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** The file of a bundle, and what Lambda calls in it. */
export const BUNDLE_FILE = 'index.cjs';
export const BUNDLE_HANDLER = 'index.handler';

/**
 * One function as one file for Node 24 that needs nothing beside it, the SDK's clients included: what was tested is what
 * runs. Nothing of it depends on the processor, so it does for arm64.
 *
 * Written as CommonJS from the packages' ES modules, which can be shaken: from their CommonJS it is 40 % larger. As an
 * ES module it starts 20 ms of CPU later, since importing `node:http` that way loads all of Node's fetch (bench/handlers).
 */
export const bundleOptions = (name: string): BuildOptions => ({
  absWorkingDir: root,
  entryPoints: [join('lambdas', name, 'handler.ts')],
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  conditions: ['module'],
  // The SDK's default looks into files, single sign-on and the metadata of hosts: a third of a small bundle.
  alias: { '@aws-sdk/credential-provider-node': join(root, 'lambdas', 'credentials.ts') },
  legalComments: 'none',
  logLevel: 'warning',
  plugins: [oneCopyOfEach()],
});

/** Writes the bundle of a function into a folder, which is made where there is none; answers the file's path. */
export const bundle = async (name: string, outDir: string): Promise<string> => {
  const outfile = join(resolve(outDir), BUNDLE_FILE);
  await build({ ...bundleOptions(name), outfile });
  return outfile;
};

/**
 * npm installs one version of a package several times where another is wanted at the top of the tree: each client of the
 * SDK has its own copy of the SDK's core, then. A bundle needs one.
 */
const oneCopyOfEach = (): Plugin => {
  const isOurs = Symbol();
  const firsts = new Map<string, string>();
  return {
    name: 'one-copy-of-each',
    setup: (builder) =>
      builder.onResolve({ filter: /^[^./]/ }, async ({ path, importer, namespace, resolveDir, kind, pluginData }) => {
        if (pluginData === isOurs) return undefined;
        const found = await builder.resolve(path, { importer, namespace, resolveDir, kind, pluginData: isOurs });
        const folder = packageFolder(found.path);
        if (folder === undefined || found.external || found.errors.length > 0) return found;
        const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const key = `${name}@${version}`;
        if (!firsts.has(key)) firsts.set(key, folder);
        return { ...found, path: firsts.get(key)! + found.path.slice(folder.length) };
      }),
  };
};

/** The folder of the package that a file belongs to; undefined for one of our own. */
const packageFolder = (path: string): string | undefined =>
  /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(path)?.[0];

// `node lambdas/bundle.ts NAME FOLDER`, for tools that want a command.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [name, outDir] = process.argv.slice(2);
  if (name === undefined || outDir === undefined) throw new Error('usage: node lambdas/bundle.ts NAME FOLDER');
  await bundle(name, outDir);
}
