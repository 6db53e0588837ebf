// Loads the template engine from its TypeScript source, and the oracle from its Go source.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

registerHooks({
  resolve(specifier, context, next) {
    if (specifier.startsWith('.') && specifier.endsWith('.js')) {
      try {
        return next(`${specifier.slice(0, -3)}.ts`, context);
      } catch {
        // A real JavaScript file.
      }
    }
    return next(specifier, context);
  },
});

export const engine = await import('../../packages/core/src/template/index.ts');

/** The clock of the oracle, and randomness that nothing may depend on. */
export const host = { now: () => Date.UTC(2026, 0, 2, 3, 4, 5, 678), random: () => 0.5 };

const CLASSES = {
  'Template.Syntax': 'syntax',
  'Template.UnknownFunction': 'unknown-function',
  'Template.UnknownPath': 'unknown-path',
  'Template.BadArgument': 'bad-argument',
  'Template.TooExpensive': 'too-expensive',
  'Task.Failed': 'fail',
};

/** What our engine makes of a case, in the shape of the oracle. */
export function evaluate({ t, d }, limits) {
  try {
    return { out: engine.renderText(engine.parseTemplate(t), d ?? {}, limits === undefined ? host : { ...host, limits }) };
  } catch (error) {
    return { err: CLASSES[error.code] ?? 'crash', msg: error.code === undefined ? error.stack : error.message };
  }
}

/** Builds the oracle; `ask(cases)` gives each case with its outcome. */
export function buildOracle() {
  const go = process.env.GO ?? '/usr/local/go/bin/go';
  const folder = mkdtempSync(join(tmpdir(), 'template-oracle-'));
  const program = join(folder, 'oracle');
  execFileSync(go, ['build', '-o', program, '.'], { cwd: import.meta.dirname, stdio: 'inherit' });
  return {
    ask(cases) {
      const input = cases.map((one) => JSON.stringify(one)).join('\n');
      const { status, stdout, stderr } = spawnSync(program, [], {
        input,
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
        env: { ...process.env, TZ: 'UTC' },
      });
      if (status !== 0) throw new Error(`The oracle failed: ${stderr}`);
      return stdout.trim().split('\n').map((line) => JSON.parse(line));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
