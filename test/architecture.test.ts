import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Files of adapters/ that belong to none of them. */
const SHARED = ['adapters/configFile.ts', 'adapters/payload.ts', 'adapters/pseudonyms.ts', 'adapters/zstd.ts'];
/** What infrastructure may know of the core: names, the shape of the configuration, the columns of the archive. */
const NAMES = ['core/metrics', 'core/config', 'core/telemetry/archiveColumns'];

/** Folders that are checked, and what each may import. A path is matched from its start; '' is anything in the repository. */
const LAYERS: readonly { folder: string; files: readonly string[]; packages?: readonly string[]; node?: false }[] = [
  { folder: 'core/', files: ['core/'], packages: ['zod', 'protobufjs', '@pydantic/genai-prices'], node: false },
  { folder: 'adapters/memory/', files: ['core/', 'adapters/memory/'] },
  { folder: 'adapters/http/', files: ['core/', 'adapters/http/'] },
  { folder: 'adapters/aws/', files: ['core/', 'adapters/aws/', 'adapters/http/', ...SHARED] },
  // Its runtime wires the HTTP side and serves the page.
  { folder: 'adapters/local/', files: ['core/', 'adapters/local/', 'adapters/http/', 'dashboards/web/', ...SHARED] },
  // The commands of bin/, which is too thin to hold them.
  { folder: 'adapters/cli/', files: ['core/', 'adapters/', 'dashboards/', 'demo/'] },
  // What several adapters share.
  ...SHARED.map((folder) => ({ folder, files: ['core/', ...SHARED] })),
  { folder: 'dashboards/', files: ['core/metrics', 'core/config', 'dashboards/'] },
  {
    folder: 'lib/',
    files: [
      ...NAMES,
      'dashboards/',
      'lib/',
      'lambdas/*/env.ts',
      'lambdas/shared.env.ts',
      'lambdas/bundle.ts',
      'package.json',
    ],
  },
  { folder: 'demo/', files: ['core/telemetry/', 'demo/'], packages: ['zod'] },
  { folder: 'lambdas/', files: ['core/', 'adapters/', 'dashboards/', 'lambdas/'] },
  { folder: 'bin/', files: ['core/', 'adapters/', 'dashboards/', 'lambdas/', 'lib/', 'demo/', 'bin/', 'package.json'] },
];

/** What core must be given instead of taking. */
const TAKEN: readonly [RegExp, string][] = [
  [/\bDate\.now\s*\(/, 'Date.now()'],
  [/\bnew Date\s*\(\s*\)/, 'new Date()'],
  [/\bMath\.random\s*\(/, 'Math.random()'],
];

const withoutComments = (source: string) => source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');

/** Everything that a source text imports or re-exports, types too: a type points the same way as its value. */
const specifiersOf = (source: string): string[] => {
  const text = withoutComments(source);
  const forms = [
    /^\s*(?:import|export)\b[^;'"]*?\bfrom\s*['"]([^'"]+)['"]/gm,
    /^\s*import\s*['"]([^'"]+)['"]/gm,
    /\bimport\s*\(\s*['"]([^'"]+)['"]/g,
  ];
  return forms.flatMap((form) => [...text.matchAll(form)].map((match) => match[1]!));
};

const matches = (path: string, pattern: string) =>
  pattern.includes('*') ? posix.matchesGlob(path, pattern) : path.startsWith(pattern);

/** What is wrong with one file, as sentences; [] when nothing is. `path` is relative to the repository. */
const violations = (path: string, source: string): string[] => {
  const layer = LAYERS.find(({ folder }) => path.startsWith(folder));
  if (!layer) return [`${path} lies in no known folder`];
  const imports = specifiersOf(source).flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      const target = posix.join(posix.dirname(path), specifier);
      return layer.files.some((allowed) => matches(target, allowed)) ? [] : [`${path} imports ${target}`];
    }
    if (specifier.startsWith('node:')) return layer.node === false ? [`${path} imports ${specifier}`] : [];
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    return layer.packages && !layer.packages.includes(name) ? [`${path} imports package ${name}`] : [];
  });
  const text = withoutComments(source);
  const taken = layer.folder === 'core/' ? TAKEN.filter(([form]) => form.test(text)) : [];
  return [...imports, ...taken.map(([, what]) => `${path} takes ${what}`)];
};

/** Relative targets of the links and images of a Markdown text, without their anchors. */
const relativeLinks = (markdown: string): string[] =>
  [...markdown.replace(/```[\s\S]*?```/g, '').matchAll(/\]\(\s*<?([^)\s>]+)/g)]
    .map((match) => match[1]!.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z][a-z0-9+.-]*:/i.test(target));

describe('architecture', () => {
  const files = globSync('{core,adapters,bin,demo,lambdas,lib,dashboards}/**/*.ts', {
    cwd: root,
    exclude: (path) => path.includes('node_modules'),
  });

  it('finds the files it speaks of', () => {
    expect(files).toContain(join('core', 'ports.ts'));
  });

  it('lets imports point inwards only, and core take neither time nor chance', () => {
    const found = files.flatMap((path) =>
      violations(path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8')),
    );

    expect(found).toEqual([]);
  });

  it('knows where every relative link of a README or a document leads', () => {
    const pages = globSync(['*.md', '*/README.md', 'docs/**/*.md'], {
      cwd: root,
      exclude: (path) => path.includes('node_modules'),
    });
    const dead = pages.flatMap((page) =>
      relativeLinks(readFileSync(join(root, page), 'utf8'))
        .filter((target) => !existsSync(join(root, dirname(page), decodeURIComponent(target))))
        .map((target) => `${page} links to ${target}`),
    );

    expect(dead).toEqual([]);
  });
});

describe('the check itself', () => {
  it.each([
    ['core/cost/price.ts', `import { x } from '../../adapters/local/store.ts';`],
    ['core/cost/price.ts', `import type {\n  X,\n  Y,\n} from '../../adapters/local/store.ts';`],
    ['core/cost/price.ts', `export { x } from '../../adapters/local/store.ts';`],
    ['core/cost/price.ts', `const x = await import('../../adapters/local/store.ts');`],
    ['core/cost/price.ts', `import 'node:fs';`],
    ['core/cost/price.ts', `import { readFileSync } from 'node:fs';`],
    ['core/cost/price.ts', `import { Hono } from 'hono';`],
    ['core/cost/price.ts', `import { S3 } from '@aws-sdk/client-s3';`],
    ['core/cost/price.ts', `const now = Date.now();`],
    ['core/cost/price.ts', `const now = new Date();`],
    ['core/cost/price.ts', `const chance = Math.random();`],
    ['adapters/memory/log.ts', `import { x } from '../local/log.ts';`],
    ['adapters/http/app.ts', `import { x } from '../local/log.ts';`],
    ['adapters/local/log.ts', `import { x } from '../../bin/modelmeter.ts';`],
    ['dashboards/panels.ts', `import { x } from '../core/ports.ts';`],
    ['lib/stacks/data.ts', `import { x } from '../../lambdas/ingest/handler.ts';`],
    ['demo/fleet.ts', `import { x } from '../adapters/local/log.ts';`],
    ['demo/fleet.ts', `import { x } from 'hono';`],
    ['stray/file.ts', ``],
  ])('refuses in %s: %s', (path, source) => {
    expect(violations(path, source)).toHaveLength(1);
  });

  it.each([
    ['core/cost/price.ts', `import * as z from 'zod';\nimport { x } from '../errors.ts';`],
    ['core/cost/price.ts', `import protobuf from 'protobufjs/light.js';`],
    ['core/cost/price.ts', `// not Date.now()\nconst at = new Date(nowMs); // nor new Date()`],
    ['core/cost/price.ts', `/** import { x } from '../../adapters/x.ts' */`],
    ['adapters/local/log.ts', `import type { BatchLog } from '../../core/ports.ts';\nimport fs from 'node:fs';`],
    ['lib/stacks/data.ts', `import { Env } from '../../lambdas/ingest/env.ts';`],
    ['dashboards/panels.ts', `import { METRICS } from '../core/metrics.ts';`],
    ['bin/modelmeter.ts', `import { x } from '../demo/demo.ts';`],
  ])('takes in %s: %s', (path, source) => {
    expect(violations(path, source)).toEqual([]);
  });

  it('reads links, and leaves addresses, anchors and code alone', () => {
    const markdown =
      'See [a](docs/a.md#part), ![b](b.png "B"), [c](https://x.y), [d](#here), [e](mailto:e@x.y)\n```\n[f](f.md)\n```';

    expect(relativeLinks(markdown)).toEqual(['docs/a.md', 'b.png']);
  });
});
