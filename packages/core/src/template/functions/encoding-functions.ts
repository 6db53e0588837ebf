import { bytesOf, textOf } from '../bytes.js';
import { fixed, type FunctionSpec, type FunctionTable } from '../function-spec.js';
import { BASE32, BASE64, decodeBase, encodeBase, type BaseEncoding } from '../hash/base-text.js';
import { adler32, sha1, sha256, sha512 } from '../hash/sha.js';
import type { Run } from '../run.js';

export const ENCODING_FUNCTIONS: FunctionTable = {
  b64enc: encoder(BASE64),
  b64dec: decoder(BASE64),
  b32enc: encoder(BASE32),
  b32dec: decoder(BASE32),
  sha1sum: hash(sha1, 4),
  sha256sum: hash(sha256, 4),
  sha512sum: hash(sha512, 2),
  adler32sum: hash((bytes) => String(adler32(bytes)), 6),
};

function encoder(encoding: BaseEncoding): FunctionSpec {
  return fixed(['string'], (run, text) => {
    run.reserve(text.length * 2);
    return encodeBase(bytesOf(text), encoding);
  });
}

/** A wrong text gives the message of the error, as in sprig. */
function decoder(encoding: BaseEncoding): FunctionSpec {
  return fixed(['string'], (run, text) => {
    run.spend(text.length >> 5);
    const decoded = decodeBase(text, encoding);
    if (typeof decoded === 'number') return `illegal ${encoding.name} data at input byte ${decoded}`;
    return textOf(decoded);
  });
}

function hash(sum: (bytes: Uint8Array) => string, costShift: number): FunctionSpec {
  return fixed(['string'], (run: Run, text) => {
    run.spend(text.length >> costShift);
    return sum(bytesOf(text));
  });
}
