import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.js';
import { evaluateOracleCase, parseFixture } from './testing/oracle-cases.js';

// What Go's text/template and sprig make of each template: written by tooling/template-oracle/regenerate.mjs.
const folder = join(import.meta.dirname, '__fixtures__');

describe.each(readdirSync(folder).filter((name) => name.endsWith('.jsonl') && name !== 'differences.jsonl'))(
  '%s',
  (file) => {
    const cases = parseFixture(readFileSync(join(folder, file), 'utf8'));

    it('has cases', () => {
      expect(cases.length).toBeGreaterThan(10);
    });

    it('gives what Go gives', () => {
      const wrong: Json[] = [];
      for (const one of cases) {
        const { out, err } = evaluateOracleCase(one);
        const ours = err ?? `=${out}`;
        const theirs = one.err ?? `=${one.out}`;
        if (ours !== theirs) wrong.push({ template: one.t, ours, theirs });
      }
      expect(wrong).toEqual([]);
    });
  },
);
