import { gzipSync } from 'node:zlib';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { workflowsPath } from '@compozy/workflows';
import { tracedWorkflowsPath } from '@compozy/workflows/testing';

/** Bytes of JavaScript, without the source map: what every worker evaluates for every run. */
const BUDGET_BYTES = 1_600_000;

/** Modules that must never reach the sandbox, whoever imports them. */
const FORBIDDEN = [
  '/zod/',
  '/ajv/',
  '/yaml/',
  '/esbuild/',
  '/core/dist/loader/',
  '/core/dist/schema/',
  '/core/dist/blobs/',
  '/core/dist/late/',
];

it.each([
  ['workflows', workflowsPath],
  ['traced workflows', tracedWorkflowsPath],
])('bundles %s within the budget and without what belongs outside', async (name, path) => {
  const { code } = await bundleWorkflowCode({ workflowsPath: path, logger: new DefaultLogger('ERROR') });
  const javascript = code.replace(/\n\/\/# sourceMappingURL=[^\n]*/, '');
  expect(FORBIDDEN.filter((part) => javascript.includes(part))).toEqual([]);
  expect(Buffer.byteLength(javascript)).toBeLessThan(BUDGET_BYTES);
  console.log(
    `${name}: ${Buffer.byteLength(javascript)} bytes of JavaScript, ${gzipSync(javascript).length} compressed`,
  );
});
