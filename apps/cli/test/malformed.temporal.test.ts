import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { compozy } from './cli-session.js';

const folder = path.resolve(import.meta.dirname, '../../../packages/core/test/__fixtures__/malformed');
const projects = readdirSync(folder).toSorted();

describe('compozy run on a malformed project', () => {
  it('has at least twenty of them', () => expect(projects.length).toBeGreaterThanOrEqual(20));

  it.each(projects)('%s: one report with a position, exit 2, no stack trace', async (name) => {
    const { code, stdout, stderr } = await compozy(['run', '--project', path.join(folder, name)]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/:\d+:\d+: error /);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
