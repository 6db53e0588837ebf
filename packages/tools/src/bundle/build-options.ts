import type { BuildOptions } from 'esbuild';

/** How the tools of a project are built, to be run and to be looked at alike. */
export const TOOL_BUILD = {
  bundle: true,
  write: false,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  packages: 'external',
  loader: { '.txt': 'text', '.md': 'text', '.sql': 'text' },
  logLevel: 'silent',
} as const satisfies BuildOptions;
