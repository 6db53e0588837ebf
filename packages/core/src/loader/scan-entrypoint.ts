/** A token of TypeScript, as far as it matters for finding the keys of one object. */
interface Token {
  readonly kind: 'word' | 'text' | 'sign';
  readonly text: string;
}

/**
 * The keys of the object that a module exports by default and that is all it exports, read from its source:
 * `export default { a, b: …, 'c-d': … }` or the same by way of a constant. `undefined` when that cannot be told so.
 */
export function scanEntrypoint(source: string): readonly string[] | undefined {
  const tokens = tokenize(source);
  if (tokens === undefined) return undefined;
  const at = tokens.findIndex(
    ({ text, kind }, index) => kind === 'word' && text === 'default' && tokens[index - 1]?.text === 'export',
  );
  const first = at === -1 ? undefined : tokens[at + 1];
  if (first === undefined || exportsMore(tokens)) return undefined;
  if (isSign(first, '{')) return objectKeys(tokens, at + 2);
  const after = tokens[at + 2];
  if (
    first.kind !== 'word' ||
    (after !== undefined && !isSign(after, ';') && after.text !== 'export' && after.text !== 'satisfies')
  )
    return undefined;
  // What is done with the constant elsewhere may add to it.
  if (tokens.filter(({ kind, text }) => kind === 'word' && text === first.text).length > 2) return undefined;
  const declared = tokens.findIndex(({ text }, index) => text === first.text && tokens[index - 1]?.text === 'const');
  if (declared === -1 || !isSign(tokens[declared + 1], '=') || !isSign(tokens[declared + 2], '{')) return undefined;
  return objectKeys(tokens, declared + 3);
}

/** Functions that are exported by name are tools too. */
function exportsMore(tokens: readonly Token[]): boolean {
  return tokens.some(({ kind, text }, index) => {
    const next = tokens[index + 1]?.text ?? '';
    return kind === 'word' && text === 'export' && !['default', 'type', 'interface'].includes(next);
  });
}

/** `from` is behind the opening brace. */
function objectKeys(tokens: readonly Token[], from: number): readonly string[] | undefined {
  const keys: string[] = [];
  let at = from;
  while (at < tokens.length) {
    let token = tokens[at]!;
    if (isSign(token, '}')) return keys;
    const next = tokens[at + 1];
    if (token.kind === 'word' && (token.text === 'async' || token.text === 'get') && next?.kind !== 'sign')
      token = tokens[(at += 1)]!;
    if (isSign(token, '*')) token = tokens[(at += 1)]!;
    // A spread or a computed key: only running the module tells.
    if (token === undefined || token.kind === 'sign') return undefined;
    keys.push(token.text);
    const end = endOfEntry(tokens, at + 1);
    if (end === undefined) return undefined;
    at = end;
  }
  return undefined;
}

function endOfEntry(tokens: readonly Token[], from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < tokens.length; at += 1) {
    const token = tokens[at]!;
    if (token.kind !== 'sign') continue;
    if (depth === 0 && token.text === ',') return at + 1;
    if (depth === 0 && token.text === '}') return at;
    if ('([{'.includes(token.text)) depth += 1;
    else if (')]}'.includes(token.text)) depth -= 1;
    if (depth < 0) return undefined;
  }
  return undefined;
}

function tokenize(source: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const pattern =
    /\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/|([\p{ID_Start}$_][\p{ID_Continue}$]*)|(\d[\w.]*)|("(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*')|(`(?:\\[\s\S]|[^`\\])*`)|([\s\S])/guy;
  for (const [, word, number, quoted, template, sign] of source.matchAll(pattern)) {
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (number !== undefined) tokens.push({ kind: 'text', text: number });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: unquoted(quoted) });
    else if (template !== undefined) {
      // A template inside of a template ends at the wrong place here.
      if (template.includes('${') && template.indexOf('`', 1) !== template.length - 1) return undefined;
      tokens.push({ kind: 'text', text: '' });
    } else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
  }
  return tokens;
}

function unquoted(quoted: string): string {
  const inner = quoted.slice(1, -1);
  return inner.replace(/\\(.)/gs, '$1');
}

function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text;
}
