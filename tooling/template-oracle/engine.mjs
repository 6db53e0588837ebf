// Loads the template engine from its TypeScript source, and the oracle from its Go source.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

/** The clock of the oracle (Go's fake time), and randomness that nothing may depend on. */
export const host = { now: () => Date.UTC(2009, 10, 10, 23), random: () => 0.5 };

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
    return {
      out: engine.renderText(engine.parseTemplate(t), d ?? {}, limits === undefined ? host : { ...host, limits }),
    };
  } catch (error) {
    return { err: CLASSES[error.code] ?? 'crash', msg: error.code === undefined ? error.stack : error.message };
  }
}

/** Builds the oracle; `ask(cases)` gives each case with its outcome. */
export function buildOracle() {
  const go = process.env.GO ?? '/usr/local/go/bin/go';
  const folder = mkdtempSync(join(tmpdir(), 'template-oracle-'));
  const program = join(folder, 'oracle');
  execFileSync(go, ['build', '-tags', 'faketime', '-o', program, '.'], { cwd: import.meta.dirname, stdio: 'inherit' });
  return {
    ask(cases) {
      if (cases.length === 0) return [];
      const input = cases.map((one) => JSON.stringify(one)).join('\n');
      // A file, since fake time adds headers to what goes to the standard output.
      const output = join(folder, 'answers.jsonl');
      const { status, stderr } = spawnSync(program, [output], {
        input,
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
        env: { ...process.env, TZ: 'UTC' },
      });
      // Some templates kill the process: each is found and marked.
      if (status !== 0) {
        if (cases.length === 1) return [{ ...cases[0], err: 'crash', msg: stderr.slice(0, 200) }];
        const half = cases.length >> 1;
        return [...this.ask(cases.slice(0, half)), ...this.ask(cases.slice(half))];
      }
      return readFileSync(output, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
