import { CompozyError } from '../../errors/compozy-error.js';
import type { Json } from '../../model/json.js';
import { parseTemplate, renderText } from '../template.js';
import type { TemplateHost } from '../host.js';

/** A template with what Go makes of it; `err` is a class of errors, not a message. */
export interface OracleCase {
  readonly t: string;
  readonly data: Json;
  readonly out?: string;
  readonly err?: string;
}

/** Lines of JSON; a line with `data` holds for the cases after it. */
export function parseFixture(text: string): readonly OracleCase[] {
  const cases: OracleCase[] = [];
  let data: Json = {};
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const record = JSON.parse(line) as OracleCase;
    if (record.t === undefined) data = record.data;
    else cases.push({ ...record, data });
  }
  return cases;
}

/** The clock of the oracle: the fake time of Go's runtime. */
export const oracleHost: TemplateHost = { now: () => Date.UTC(2009, 10, 10, 23), random: () => 0.5 };

const CLASSES: Readonly<Record<string, string>> = {
  'Template.Syntax': 'syntax',
  'Template.UnknownFunction': 'unknown-function',
  'Template.UnknownPath': 'unknown-path',
  'Template.BadArgument': 'bad-argument',
  'Template.TooExpensive': 'too-expensive',
  'Task.Failed': 'fail',
};

/** What our engine makes of a case. */
export function evaluateOracleCase({ t, data }: Pick<OracleCase, 't' | 'data'>): { out?: string; err?: string } {
  try {
    return { out: renderText(parseTemplate(t), data, oracleHost) };
  } catch (error) {
    return { err: CompozyError.isInstance(error) ? (CLASSES[error.code] ?? error.code) : `crash: ${String(error)}` };
  }
}
