import { defineConfig } from 'vitest/config';

// Node gets these too, for `require` as well: with `import` among them, CommonJS packages would be given ES modules.
const source = { conditions: ['@compozy/source', 'module', 'node'] };

/**
 * What is waited for comes at once on a machine that has nothing else to do. How long it may take on one that has is no
 * matter of a single test: none says less than this, and none proves anything by its limit.
 */
const within = (ms: number) => ({
  testTimeout: ms,
  hookTimeout: ms,
  // Less, so that it is told what was seen last.
  expect: { poll: { timeout: ms * 0.9 } },
});

export default defineConfig({
  test: {
    // A run that passed must not fail because its processes were slow to end.
    teardownTimeout: 120_000,
    projects: [
      {
        resolve: source,
        ssr: { resolve: source },
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/{src,test}/**/*.test.ts'],
          exclude: ['**/*.temporal.test.ts', '**/node_modules/**', '**/dist/**'],
          pool: 'forks',
          ...within(120_000),
        },
      },
      {
        // Runs against the built packages, as an installed user has them.
        test: {
          name: 'temporal',
          include: ['{packages,apps}/*/{src,test}/**/*.temporal.test.ts', 'test/**/*.temporal.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          pool: 'forks',
          maxWorkers: 1,
          ...within(300_000),
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
