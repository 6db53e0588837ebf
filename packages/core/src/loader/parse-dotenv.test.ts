import { describe, expect, it } from 'vitest';
import { formatDiagnostics } from '../schema/diagnostics.js';
import { createReporter } from '../schema/reporter.js';
import { parseDotenv } from './parse-dotenv.js';

function parsed(text: string) {
  const reporter = createReporter();
  const values = { ...parseDotenv('.env', text, reporter) };
  return { values, problems: formatDiagnostics(reporter.diagnostics()) };
}

describe('parseDotenv', () => {
  it.each<[string, Record<string, string>]>([
    ['A=1\nB = two words \n', { A: '1', B: 'two words' }],
    ['# comment\n\n  # another\nexport A=x\n', { A: 'x' }],
    ['A=x # comment\nB=x#y\nC=#\n', { A: 'x', B: 'x#y', C: '' }],
    ['A=\nB=""\n', { A: '', B: '' }],
    ['A="a\\nb\\t\\"c\\" \\\\ \\$ \\x"\n', { A: 'a\nb\t"c" \\ $ \\x' }],
    ["A='a\\nb # c' # d\n", { A: 'a\\nb # c' }],
    ['A="first\nsecond=2\n"\nB=3\n', { A: 'first\nsecond=2\n', B: '3' }],
    ['A=1\r\nB="x\r\ny"\r\n', { A: '1', B: 'x\ny' }],
    ['A=1\nA=2\n', { A: '2' }],
    ['A=b=c==\n', { A: 'b=c==' }],
    ['URL=https://x/y?a=1&b=2#frag\n', { URL: 'https://x/y?a=1&b=2#frag' }],
    ['__proto__=x\n', Object.fromEntries([['__proto__', 'x']])],
  ])('reads %j', (text, values) => {
    expect(parsed(text)).toEqual({ values, problems: '' });
  });

  it.each([
    ['A 1\n', '.env:1:1: error env.syntax: The line has no "="'],
    [
      'A=1\n export B-=2\nC D=3\n',
      '.env:3:1: error env.syntax: A name has letters, digits and "_", and does not begin with a digit',
    ],
    ['A="hush\nB=hush\n', '.env:1:3: error env.syntax: The quote " is never closed'],
    ["A='x' hush\n", '.env:1:6: error env.syntax: There is more after the closing quote'],
  ])('reports the place and not the value in %j', (text, problems) => {
    expect(parsed(text).problems).toBe(problems);
  });
});
