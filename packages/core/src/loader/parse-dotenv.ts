import type { Reporter } from '../schema/reporter.js';

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\\': '\\', '"': '"', $: '$' };

/**
 * The names and values of a `.env` file: `NAME=value`, `export`, comments, quotes, and several lines in quotes.
 * Mistakes are reported with their place and never with a value. The last one of two equal names counts.
 */
export function parseDotenv(file: string, text: string, reporter: Reporter): Record<string, string> {
  const values: Record<string, string> = Object.create(null) as Record<string, string>;
  const lines = text.replaceAll('\r\n', '\n').split('\n');
  const report = (line: number, column: number, message: string, expected: string) =>
    reporter.report({ file }, 'env.syntax', message, { at: { line: line + 1, column: column + 1 }, expected });

  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!;
    const start = /^\s*(?:export\s+)?/.exec(line)![0].length;
    if (line.trim() === '' || line.trimStart().startsWith('#')) continue;
    const equals = line.indexOf('=', start);
    if (equals === -1) {
      report(at, start, 'The line has no "="', 'NAME=value');
      continue;
    }
    const name = line.slice(start, equals).trim();
    if (!NAME.test(name)) {
      report(at, start, 'A name has letters, digits and "_", and does not begin with a digit', 'NAME=value');
      continue;
    }
    const rest = line.slice(equals + 1);
    const quote = rest.trimStart()[0];
    if (quote !== '"' && quote !== "'" && quote !== '`') {
      values[name] = rest.replace(/(^|\s)#.*$/, '').trim();
      continue;
    }
    const from = equals + 1 + rest.indexOf(quote);
    const quoted = readQuoted(lines, at, from, quote);
    if (quoted === undefined) {
      report(at, from, `The quote ${quote} is never closed`, `a closing ${quote}`);
      break;
    }
    values[name] = quoted.value;
    if (!/^\s*(#.*)?$/.test(lines[quoted.line]!.slice(quoted.end))) {
      report(quoted.line, quoted.end, 'There is more after the closing quote', 'the end of the line, or a comment');
    }
    at = quoted.line;
  }
  return values;
}

interface Quoted {
  readonly value: string;
  /** Where the text after the closing quote begins. */
  readonly line: number;
  readonly end: number;
}

function readQuoted(lines: readonly string[], first: number, from: number, quote: string): Quoted | undefined {
  let value = '';
  for (let line = first; line < lines.length; line += 1) {
    const text = lines[line]!;
    for (let at = line === first ? from + 1 : 0; at < text.length; at += 1) {
      const char = text[at]!;
      if (char === quote) return { value, line, end: at + 1 };
      const next = text[at + 1];
      if (quote === '"' && char === '\\' && next !== undefined) {
        value += ESCAPES[next] ?? char + next;
        at += 1;
      } else value += char;
    }
    value += '\n';
  }
  return undefined;
}
