import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CompozyError } from '@compozy/core';
import { checkProject, DIAGNOSTIC_CODES, DiagnosticsError, formatDiagnostics, loadProject } from '@compozy/core/loader';

const root = path.join(import.meta.dirname, '__fixtures__', 'malformed');
const names = readdirSync(root).toSorted();

describe('checkProject', () => {
  it.each(names)('reports exactly what is wrong with %s', async (name) => {
    const dir = path.join(root, name);
    const { diagnostics, project } = await checkProject(dir);
    expect(`${formatDiagnostics(diagnostics)}\n`).toBe(readFileSync(path.join(dir, 'expected.txt'), 'utf8'));
    expect(project).toBeUndefined();
    const places = diagnostics.map(
      ({ code, file, line, column, message }) => `${file}:${line}:${column}:${code}:${message}`,
    );
    expect(new Set(places).size).toBe(places.length);
  });

  it('reports ten mistakes of one file at once', async () => {
    const { diagnostics } = await checkProject(path.join(root, 'ten-mistakes'));
    expect(diagnostics).toHaveLength(10);
    expect(diagnostics.filter(({ suggestion }) => suggestion !== undefined)).toHaveLength(8);
  });

  it('reports the same again', async () => {
    const dir = path.join(root, 'unknown-references');
    expect((await checkProject(dir)).diagnostics).toEqual((await checkProject(dir)).diagnostics);
  });

  it('gives every code that the table has a case', async () => {
    const checks = await Promise.all(names.map((name) => checkProject(path.join(root, name))));
    const seen = new Set<string>(checks.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code)));
    const elsewhere = ['file.unreadable', 'file.too-large', 'file.not-text', 'tool.broken'];
    expect(Object.keys(DIAGNOSTIC_CODES).filter((code) => !seen.has(code) && !elsewhere.includes(code))).toEqual([]);
  });
});

describe('loadProject', () => {
  it('throws every diagnostic in one error', async () => {
    const error: unknown = await loadProject(path.join(root, 'two-files')).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DiagnosticsError);
    expect(CompozyError.isInstance(error)).toBe(true);
    const { code, diagnostics, message } = error as DiagnosticsError;
    expect(code).toBe('Config.Invalid');
    expect(diagnostics).toHaveLength(4);
    expect(message).toBe(
      'The project has 4 problems in 3 file(s): compozy.yaml:4:13: error file.missing: There is no file "./missing.yaml"',
    );
  });

  it('makes unknown keys warnings when asked to, or when the project says so', async () => {
    const dir = path.join(root, 'unknown-keys');
    const { warnings } = await loadProject(dir, { lenient: true });
    expect(warnings.map(({ severity }) => severity)).toEqual(Array.from({ length: 6 }, () => 'warning'));
    expect(warnings.map(({ code }) => code)).toContain('key.unknown');
  });
});
