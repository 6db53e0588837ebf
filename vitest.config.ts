import { defineConfig } from 'vitest/config';

// Node gets these too, for `require` as well: with `import` among them, CommonJS packages would be given ES modules.
const source = { conditions: ['@compozy/source', 'module', 'node'] };

export default defineConfig({
  test: {
    projects: [
      {
        resolve: source,
        ssr: { resolve: source },
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/{src,test}/**/*.test.ts'],
          exclude: ['**/*.temporal.test.ts', '**/node_modules/**', '**/dist/**'],
          pool: 'forks',
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
          testTimeout: 120_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
