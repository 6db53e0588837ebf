const NAMED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** A Go literal for a text: what does not print is escaped; with `asciiOnly`, all but ASCII is. */
export function quoteGo(text: string, quote: '"' | "'" = '"', asciiOnly = false): string {
  let out = quote as string;
  for (const char of text) {
    const point = char.codePointAt(0)!;
    if (char === quote) out += `\\${char}`;
    else if (NAMED[char] !== undefined) out += NAMED[char];
    else if (point >= 0x20 && point < 0x7f) out += char;
    else if (point >= 0xd800 && point < 0xe000) {
      out += point >= 0xdc80 && point <= 0xdcff ? `\\x${(point - 0xdc00).toString(16)}` : '\ufffd';
    } else if (point > 0x7f && !asciiOnly && isPrintable(char)) out += char;
    else if (point < 0x80) out += `\\x${point.toString(16).padStart(2, '0')}`;
    else if (point < 0x10000) out += `\\u${point.toString(16).padStart(4, '0')}`;
    else out += `\\U${point.toString(16).padStart(8, '0')}`;
  }
  return out + quote;
}

/** Letters, marks, numbers, punctuation, symbols and the plain blank. */
export function isPrintable(char: string): boolean {
  return char === ' ' || /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(char);
}

/** Whether a text can stand between backquotes. */
export function canBackquote(text: string): boolean {
  return !/[`\ufeff]|(?![\t\x80-\x9f])\p{Cc}|\p{Cs}/u.test(text);
}
