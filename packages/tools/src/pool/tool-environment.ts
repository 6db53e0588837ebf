import { CompozyError } from '@compozy/core';

const INHERITED = ['PATH', 'HOME', 'LANG', 'TMPDIR'] as const;
const NAME = /^[A-Z_][A-Z0-9_]*$/;

/** Variables that make a process load foreign code, or speak on descriptors of ours. */
const REFUSED =
  /^(?:LD_.*|DYLD_.*|NODE_OPTIONS|NODE_CHANNEL_.*|NODE_UNIQUE_ID|NODE_V8_COVERAGE|NODE_REDIRECT_WARNINGS|OPENSSL_CONF|OPENSSL_MODULES|GCONV_PATH|BUN_CONFIG_PROFILE|BUN_OPTIONS|BUN_INSPECT.*)$/;

/**
 * The whole environment of a tool process: four variables of the worker, and what the call declares.
 * @throws CompozyError `Config.Invalid` that names the variable and never shows a value.
 */
export function toToolEnvironment(
  worker: Readonly<Record<string, string | undefined>>,
  declared: Readonly<Record<string, string>>,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of INHERITED) {
    const value = worker[name];
    if (value !== undefined) environment[name] = value;
  }
  for (const [name, value] of Object.entries(declared)) {
    if (!NAME.test(name)) throw invalid(name, 'is not a name: use capital letters, digits and "_"');
    if (REFUSED.test(name)) throw invalid(name, 'may not be set for a tool');
    if (typeof value !== 'string') throw invalid(name, 'is not a text');
    if (value.includes('\0')) throw invalid(name, 'holds a NUL character');
    environment[name] = value;
  }
  return environment;
}

function invalid(name: string, what: string): CompozyError {
  const shown = name.slice(0, 200);
  return new CompozyError('Config.Invalid', `Environment variable "${shown}" ${what}`, { details: { name: shown } });
}
