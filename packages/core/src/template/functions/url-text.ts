import { bytesOf, textOf } from '../bytes.js';
import { ArgumentError } from '../template-error.js';

export interface UserInfo {
  readonly name: string;
  readonly password: string | undefined;
}

/** The parts of a URL; path, fragment and user without their escapes. */
export interface UrlParts {
  readonly scheme: string;
  readonly opaque: string;
  readonly user: UserInfo | undefined;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

type Part = 'path' | 'fragment' | 'user' | 'host';

/** What each part may hold beside letters, digits and `-_.~`. */
const ALLOWED: Readonly<Record<Part, string>> = {
  path: '$&+,/:;=@',
  fragment: '$&+,/:;=?@!()*',
  user: '$&+,;=',
  host: '!$&\'()*+,;=:[]<>"',
};

/** @throws ArgumentError for a text that is no URL. */
export function parseUrl(text: string): UrlParts {
  if (/(?![\x80-\x9f])\p{Cc}/u.test(text)) fail(text, 'it holds a control character');
  const [main, rawFragment] = cut(text, '#');
  const fragment = rawFragment === undefined ? '' : unescapePart(rawFragment, 'fragment');
  const none = { scheme: '', opaque: '', user: undefined, host: '', query: '', fragment };
  if (main === '*') return { ...none, path: '*' };
  if (main.startsWith(':')) fail(text, 'the scheme is missing');
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(main);
  const scheme = found === null ? '' : found[1]!.toLowerCase();
  const [rest, query = ''] = cut(found === null ? main : main.slice(found[0].length), '?');
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...none, scheme, opaque: rest, query, path: '' };
    if (rest.split('/', 1)[0]!.includes(':')) fail(text, 'the first part of a path holds no colon');
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) {
    return { ...none, scheme, query, path: unescapePart(rest, 'path') };
  }
  const slash = rest.indexOf('/', 2);
  const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash);
  const path = slash === -1 ? '' : rest.slice(slash);
  const at = authority.lastIndexOf('@');
  const user = at === -1 ? undefined : parseUserInfo(authority.slice(0, at));
  return { ...none, scheme, query, user, host: hostOf(authority.slice(at + 1)), path: unescapePart(path, 'path') };
}

export function parseUserInfo(text: string): UserInfo {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) fail(text, 'the user holds a wrong character');
  const [name, password] = cut(text, ':');
  return {
    name: unescapePart(name, 'user'),
    password: password === undefined ? undefined : unescapePart(password, 'user'),
  };
}

function hostOf(text: string): string {
  const close = text.startsWith('[') ? text.lastIndexOf(']') : -1;
  if (text.startsWith('[')) {
    if (close === -1) fail(text, 'a "]" is missing');
    if (!/^(?::\d*)?$/.test(text.slice(close + 1))) fail(text, 'the port is no number');
  } else {
    const colon = text.lastIndexOf(':');
    if (colon !== -1 && !/^:\d*$/.test(text.slice(colon))) fail(text, 'the port is no number');
  }
  return unescapePart(text, 'host');
}

export function writeUrl(url: UrlParts): string {
  let text = url.scheme === '' ? '' : `${url.scheme}:`;
  if (url.opaque !== '') text += url.opaque;
  else {
    const { user, host } = url;
    if (url.scheme !== '' || host !== '' || user !== undefined) {
      if (host !== '' || url.path !== '' || user !== undefined) text += '//';
      if (user !== undefined) {
        text +=
          escapePart(user.name, 'user') +
          (user.password === undefined ? '' : `:${escapePart(user.password, 'user')}`) +
          '@';
      }
      text += escapePart(host, 'host');
    }
    const path = url.path === '*' ? '*' : escapePart(url.path, 'path');
    if (path !== '' && !path.startsWith('/') && host !== '') text += '/';
    if (text === '' && path.split('/', 1)[0]!.includes(':')) text += './';
    text += path;
  }
  if (url.query !== '') text += `?${url.query}`;
  return url.fragment === '' ? text : `${text}#${escapePart(url.fragment, 'fragment')}`;
}

export function escapePart(text: string, part: Part): string {
  let out = '';
  for (const byte of bytesOf(text)) {
    const char = String.fromCharCode(byte);
    const plain = /[A-Za-z0-9\-_.~]/.test(char) || ALLOWED[part].includes(char);
    out += plain ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function unescapePart(text: string, part: Part): string {
  if (part === 'host' && /[ "<>\\^`{|}]/.test(text.replace(/["<>]/g, '')))
    fail(text, 'the host holds a wrong character');
  if (!text.includes('%')) return text;
  const bytes: number[] = [];
  const source = bytesOf(text);
  for (let at = 0; at < source.length; at += 1) {
    if (source[at] !== 0x25) {
      bytes.push(source[at]!);
      continue;
    }
    const digits = String.fromCharCode(source[at + 1] ?? 0, source[at + 2] ?? 0);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) fail(text, `the escape "%${digits.replaceAll('\0', '')}" is wrong`);
    const byte = Number.parseInt(digits, 16);
    // A host holds escapes for what is not ASCII only.
    if (part === 'host' && byte < 0x80 && digits !== '25') fail(text, `the host holds the escape "%${digits}"`);
    bytes.push(byte);
    at += 2;
  }
  return textOf(Uint8Array.from(bytes));
}

function cut(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index === -1 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)];
}

function fail(text: string, problem: string): never {
  throw new ArgumentError(`"${text}" is no URL: ${problem}`);
}
