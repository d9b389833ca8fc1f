import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * npm installs one version of a package several times where another is wanted at the top of the tree: each client of the
 * SDK has its own copy of the SDK's core, then. A bundle needs one.
 */
export const oneCopyOfEach = (): Plugin => {
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

/**
 * A client of the SDK describes every operation of its service, by objects whose keys are named constants. esbuild keeps
 * those, since to compute a key may do anything; written as what they are, what no operation of ours needs is left out.
 */
export const sparseSchemas: Plugin = {
  name: 'sparse-schemas',
  setup: (builder) =>
    builder.onLoad({ filter: /client-[\w-]+[\\/]dist-es[\\/]schemas[\\/]schemas_\d+\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const texts = new Map(
        [...source.matchAll(/^const (\w+) = ("[^"\\]*");$/gm)].map(([, name, text]) => [name, text]),
      );
      return {
        contents: source.replace(/\[(\w+)\]:/g, (key, name) => (texts.has(name) ? `${texts.get(name)}:` : key)),
      };
    }),
};

/** What of a price list's entries only people read, or only its reader of answers. */
const UNREAD = new Set(['name', 'description', 'context_window', 'deprecated', 'extractors']);
/** Comments are looked into for what a service tier costs. */
const SAYS_A_TIER = /\btiers?\b|\bBatch\b/;

/** The list of token prices without what no function of ours reads: a third of it. */
export const barePrices: Plugin = {
  name: 'bare-prices',
  setup: (builder) =>
    builder.onLoad({ filter: /@pydantic[\\/]genai-prices[\\/]dist[\\/]index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const [, list, rest] = /^const E = (\[\n.*?\n\])(.*)$/s.exec(source) ?? [];
      if (list === undefined) throw new Error(`${path} does not begin with its list of prices: see barePrices`);
      const bare = JSON.stringify(new Function(`return ${list}`)(), (key, value) =>
        UNREAD.has(key) || (key === 'price_comments' && !SAYS_A_TIER.test(value)) ? undefined : value,
      );
      return { contents: `const E = ${bare}${rest}` };
    }),
};
