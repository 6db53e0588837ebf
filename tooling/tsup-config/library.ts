import { defineConfig } from 'tsup';

/**
 * JavaScript of a published package: one output module per source module, so that Temporal's bundler sees the same
 * graph as the source tree. Types come from `tsc --emitDeclarationOnly` (TypeScript 7 has no compiler API for tsup).
 */
export const library = defineConfig({
  entry: ['src/**/*.ts', '!src/**/*.test.ts', '!src/**/*.test-d.ts', '!src/**/__fixtures__/**'],
  format: 'esm',
  bundle: false,
  splitting: false,
  dts: false,
  sourcemap: true,
  clean: true,
  target: 'node22',
  // Names stay as they are. The workflow bundle is made of this, in development mode and without a minifier.
  esbuildOptions(options) {
    options.minifyWhitespace = true;
    options.minifySyntax = true;
  },
});
