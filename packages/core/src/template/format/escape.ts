import { bytesOf } from '../bytes.js';

const HTML: Readonly<Record<string, string>> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\ufffd',
};

export function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (char) => HTML[char]!);
}

const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

/** Safe inside of a quoted JavaScript text in a page. */
export function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=]|(?!\x7f)\p{Cc}|[^\p{ASCII}\p{L}\p{M}\p{N}\p{P}\p{S}]/gu, (char) => {
    const named = JS[char];
    if (named !== undefined) return named;
    const point = char.codePointAt(0)!;
    // A raw byte stays one.
    if (point >= 0xd800 && point < 0xe000) return char;
    return `\\u${point.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

/** A text as part of a query: blanks are plus signs. */
export function escapeQuery(text: string): string {
  let out = '';
  for (const byte of bytesOf(text)) {
    const char = String.fromCharCode(byte);
    if (/[\w.~-]/.test(char)) out += char;
    else out += char === ' ' ? '+' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
