import { CompozyError } from '../errors/compozy-error.js';
import { evaluateTemplate, isTemplate, templateReferences } from '../template/index.js';
import { safeParseTemplate } from './template-scope.js';

type Texts = Readonly<Record<string, string>>;

/** The entries of an `env:` block that stand in the file as they are: no secret can be in them. */
export function literalEnv(block: Texts): Record<string, string> {
  return Object.fromEntries(Object.entries(block).filter(([, value]) => !isTemplate(value)));
}

/** The entries of the project's `env:` block that are made of other names of `.env`, and of nothing else. */
export function derivedEnv(block: Texts, env: Texts): Record<string, string> {
  const derived: Record<string, string> = {};
  for (const [name, value] of Object.entries(block)) {
    const template = isTemplate(value) ? safeParseTemplate(value) : undefined;
    if (template === undefined || !templateReferences(template).every(({ path }) => path[0] === 'env')) continue;
    try {
      const result = evaluateTemplate(template, { env }, { now: () => 0, random: () => 0 });
      if (typeof result === 'string') derived[name] = result;
    } catch (error) {
      // A name without a value was warned of where it stands; the entry has none then either.
      if (!CompozyError.isInstance(error)) throw error;
    }
  }
  return derived;
}
