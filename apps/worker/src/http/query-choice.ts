import { z } from '@hono/zod-openapi';

/** One of a few words in a query, in any case; the problem lists them. */
export function choice<T extends string>(choices: readonly T[]) {
  return z
    .string()
    .transform((given, context) => known(choices, given) ?? refuse(context, `must be one of: ${choices.join(', ')}`))
    .openapi({ type: 'string', enum: [...choices] });
}

/** Several of them with commas between. */
export function choicesOf<T extends string>(choices: readonly T[]) {
  const one = `(${choices.join('|')})`;
  return z
    .string()
    .transform((given, context) => {
      const found = given.split(',').map((word) => known(choices, word.trim()));
      const all = found.filter((word) => word !== undefined);
      if (all.length === found.length) return all;
      return refuse(context, `must be one of these, or several with commas between: ${choices.join(', ')}`);
    })
    .openapi({ type: 'string', pattern: `^${one}(,${one})*$` });
}

function known<T extends string>(choices: readonly T[], given: string): T | undefined {
  return choices.find((one) => one.toLowerCase() === given.toLowerCase());
}

function refuse(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
}
