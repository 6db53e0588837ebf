// Rules about the text and the names of source files that no other tool knows.
import { listFiles } from './list-files.mjs';

const SOURCE = /^(packages|apps|tooling|test|benchmarks|examples)\/.*\.(ts|mts|cts|js|mjs|cjs)$/;
const WORKSPACE = /^(packages|apps)\//;
const TEST = /\.test\.ts$/;
const MAX_LINES = 400;

const MAY_READ_ENVIRONMENT = [
  /^apps\/[^/]+\/src\/env\.ts$/,
  // The process that runs a user's tool: its environment is what the tool is meant to see.
  /^packages\/tools\/src\/runtime\/child-runner\.ts$/,
  // Four names of it, for that process: PATH, HOME, LANG and TMPDIR.
  /^packages\/tools\/src\/create-tool-runtime\.ts$/,
  // What a test starts, or runs as a tool.
  /^(packages|apps)\/[^/]+\/test\//,
  /\.test\.ts$/,
];

const RULES = [
  {
    name: `no file has more than ${MAX_LINES} lines`,
    find: ({ text }) => {
      const lines = text.replace(/\n$/, '').split('\n').length;
      return lines > MAX_LINES ? [{ line: MAX_LINES + 1, found: `${lines} lines` }] : [];
    },
  },
  {
    name: 'names say what is inside: no utils, helpers, misc',
    find: ({ path }) => (/(^|[/.-])(utils?|helpers?|misc)([/.-]|$)/i.test(path) ? [{ line: 1, found: path }] : []),
  },
  {
    name: 'file names are kebab-case',
    find: ({ path }) => {
      const name = path.slice(path.lastIndexOf('/') + 1);
      return /^[a-z0-9]+([-.][a-z0-9]+)*$/.test(name) ? [] : [{ line: 1, found: name }];
    },
  },
  {
    name: 'process.env is read in apps/*/src/env.ts only',
    applies: ({ path }) => WORKSPACE.test(path) && !MAY_READ_ENVIRONMENT.some((allowed) => allowed.test(path)),
    find: ({ text }) =>
      findLines(
        text,
        /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[\s*['"`]env|\{[^}]*\benv\b[^}]*\}\s*(from\s*'(node:)?process'|=\s*process\b)/,
      ),
  },
  {
    name: 'nothing is left for later in a comment',
    // This file has to name the words.
    applies: ({ path }) => path !== 'tooling/checks/check-files.mjs',
    find: ({ text }) => findLines(text, /\b(TODO|FIXME|XXX|HACK)\b/, { comments: true }),
  },
  {
    name: 'every test runs: no skip, only, todo',
    applies: ({ path }) => TEST.test(path),
    find: ({ text }) =>
      findLines(
        text,
        /\b(describe|it|test|suite|bench|context|ctx|task)\b(\.\w+)*\.(skip|only|todo)\b|\b(xit|xtest|xdescribe|fit|fdescribe)\s*\(|\b(skip|only|todo)\s*:\s*true/,
      ),
  },
  {
    name: 'shared code asks the behaviour: no switch on the type of a task outside core/src/tasks',
    applies: ({ path }) => WORKSPACE.test(path) && !path.startsWith('packages/core/src/tasks/'),
    find: ({ text }) => findLines(text, /\bswitch\s*\(\s*([\w$]+\??\.)*\w*task\??\.type\b/i),
  },
];

export async function checkFiles() {
  const files = await listFiles(SOURCE);
  const problems = [];
  if (files.length === 0) problems.push('no source file was found');
  for (const rule of RULES) {
    for (const file of files) {
      if (rule.applies !== undefined && !rule.applies(file)) continue;
      for (const { line, found } of rule.find(file)) problems.push(`${file.path}:${line}  ${rule.name}\n    ${found}`);
    }
  }
  return {
    ok: problems.length === 0,
    output: problems.join('\n'),
    note: `${files.length} files, ${RULES.length} rules`,
  };
}

/** The lines that match, without those that are only a comment unless these count too. */
function findLines(text, pattern, { comments = false } = {}) {
  return text.split('\n').flatMap((content, index) => {
    if (!comments && /^\s*(\/\/|\/?\*)/.test(content)) return [];
    return pattern.test(content) ? [{ line: index + 1, found: content.trim() }] : [];
  });
}
