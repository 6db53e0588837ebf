import { fixed, type FunctionTable } from '../function-spec.js';
import { ArgumentError } from '../template-error.js';
import { memberOf, newMap, typeOf, type ValueMap } from '../value.js';
import { escapePart, parseUrl, parseUserInfo, writeUrl } from './url-text.js';

export const URL_FUNCTIONS: FunctionTable = {
  urlParse: fixed(['string'], (_run, text) => {
    const url = parseUrl(text);
    const map = newMap();
    map['scheme'] = url.scheme;
    map['host'] = url.host;
    map['hostname'] = hostname(url.host);
    map['path'] = url.path;
    map['query'] = url.query;
    map['opaque'] = url.opaque;
    map['fragment'] = url.fragment;
    map['userinfo'] = url.user === undefined ? '' : userText(url.user);
    return map;
  }),
  urlJoin: fixed(['map'], (_run, map) => {
    const part = (key: string): string => textAt(map, key);
    const user = part('userinfo');
    return writeUrl({
      scheme: part('scheme'),
      host: part('host'),
      path: part('path'),
      query: part('query'),
      opaque: part('opaque'),
      fragment: part('fragment'),
      user: user === '' ? undefined : parseUserInfo(user),
    });
  }),
};

function textAt(map: ValueMap | null, key: string): string {
  const value = map === null ? undefined : memberOf(map, key);
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  throw new ArgumentError(`the "${key}" of a URL is text, not a value of type ${typeOf(value)}`);
}

function userText({ name, password }: { readonly name: string; readonly password: string | undefined }): string {
  return escapePart(name, 'user') + (password === undefined ? '' : `:${escapePart(password, 'user')}`);
}

function hostname(host: string): string {
  const bracket = /^\[([^\]]*)\]/.exec(host);
  if (bracket !== null) return bracket[1]!;
  return host.replace(/:\d*$/, '');
}
