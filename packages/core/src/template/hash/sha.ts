/** SHA-1, SHA-256 and SHA-512 (FIPS 180-4) of bytes, in lower-case hexadecimal. */

const PRIMES = primes(80);

function primes(count: number): number[] {
  const found: number[] = [];
  for (let candidate = 2; found.length < count; candidate += 1) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate);
  }
  return found;
}

/** The first 64 bits of the fraction of the `root`-th root of a prime. */
function fractionOfRoot(prime: number, root: 2 | 3): bigint {
  const scaled = BigInt(prime) << BigInt(64 * root);
  let low = 0n;
  let high = 1n << 70n;
  while (low < high) {
    const middle = (low + high + 1n) >> 1n;
    if (middle ** BigInt(root) <= scaled) low = middle;
    else high = middle - 1n;
  }
  return low & 0xffffffffffffffffn;
}

const K512 = PRIMES.map((prime) => fractionOfRoot(prime, 3));
const H512 = PRIMES.slice(0, 8).map((prime) => fractionOfRoot(prime, 2));
const K256 = Int32Array.from(K512.slice(0, 64), (value) => Number(BigInt.asIntN(32, value >> 32n)));
const H256 = H512.map((value) => Number(BigInt.asIntN(32, value >> 32n)));

/** The message with its end mark and length, in whole blocks. */
function padded(bytes: Uint8Array, block: 64 | 128): DataView {
  const length = Math.ceil((bytes.length + 1 + block / 8) / block) * block;
  const all = new Uint8Array(length);
  all.set(bytes);
  all[bytes.length] = 0x80;
  const view = new DataView(all.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  return view;
}

function hex32(words: readonly number[]): string {
  return words.map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

export function sha1(bytes: Uint8Array): string {
  const view = padded(bytes, 64);
  const w = new Int32Array(80);
  let [h0, h1, h2, h3, h4] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0];
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let t = 0; t < 16; t += 1) w[t] = view.getInt32(at + 4 * t);
    for (let t = 16; t < 80; t += 1) w[t] = rotate(w[t - 3]! ^ w[t - 8]! ^ w[t - 14]! ^ w[t - 16]!, 1);
    let [a, b, c, d, e] = [h0, h1, h2, h3, h4];
    for (let t = 0; t < 80; t += 1) {
      let f: number;
      let k: number;
      if (t < 20) [f, k] = [(b & c) | (~b & d), 0x5a827999];
      else if (t < 40) [f, k] = [b ^ c ^ d, 0x6ed9eba1];
      else if (t < 60) [f, k] = [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
      else [f, k] = [b ^ c ^ d, 0xca62c1d6];
      const next = (rotate(a, 5) + f + e + k + w[t]!) | 0;
      [a, b, c, d, e] = [next, a, rotate(b, 30), c, d];
    }
    h0 = (h0 + a) | 0;
    h1 = (h1 + b) | 0;
    h2 = (h2 + c) | 0;
    h3 = (h3 + d) | 0;
    h4 = (h4 + e) | 0;
  }
  return hex32([h0, h1, h2, h3, h4]);
}

export function sha256(bytes: Uint8Array): string {
  const view = padded(bytes, 64);
  const w = new Int32Array(64);
  const hash = Int32Array.from(H256);
  for (let at = 0; at < view.byteLength; at += 64) {
    for (let t = 0; t < 16; t += 1) w[t] = view.getInt32(at + 4 * t);
    for (let t = 16; t < 64; t += 1) {
      const [x, y] = [w[t - 15]!, w[t - 2]!];
      const s0 = rotate(x, 25) ^ rotate(x, 14) ^ (x >>> 3);
      const s1 = rotate(y, 15) ^ rotate(y, 13) ^ (y >>> 10);
      w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) | 0;
    }
    let [a, b, c, d, e, f, g, h] = hash as unknown as Eight<number>;
    for (let t = 0; t < 64; t += 1) {
      const s1 = rotate(e, 26) ^ rotate(e, 21) ^ rotate(e, 7);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K256[t]! + w[t]!) | 0;
      const s0 = rotate(a, 30) ^ rotate(a, 19) ^ rotate(a, 10);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) hash[index] = (hash[index]! + value) | 0;
  }
  return hex32([...hash]);
}

type Eight<T> = [T, T, T, T, T, T, T, T];

const MASK = 0xffffffffffffffffn;

function rotateRight(word: bigint, by: bigint): bigint {
  return ((word >> by) | (word << (64n - by))) & MASK;
}

export function sha512(bytes: Uint8Array): string {
  const view = padded(bytes, 128);
  const w = new BigUint64Array(80);
  const hash = [...H512];
  for (let at = 0; at < view.byteLength; at += 128) {
    for (let t = 0; t < 16; t += 1) w[t] = view.getBigUint64(at + 8 * t);
    for (let t = 16; t < 80; t += 1) {
      const [x, y] = [w[t - 15]!, w[t - 2]!];
      const s0 = rotateRight(x, 1n) ^ rotateRight(x, 8n) ^ (x >> 7n);
      const s1 = rotateRight(y, 19n) ^ rotateRight(y, 61n) ^ (y >> 6n);
      w[t] = (w[t - 16]! + s0 + w[t - 7]! + s1) & MASK;
    }
    let [a, b, c, d, e, f, g, h] = hash as Eight<bigint>;
    for (let t = 0; t < 80; t += 1) {
      const s1 = rotateRight(e, 14n) ^ rotateRight(e, 18n) ^ rotateRight(e, 41n);
      const t1 = (h + s1 + ((e & f) ^ (~e & MASK & g)) + K512[t]! + w[t]!) & MASK;
      const s0 = rotateRight(a, 28n) ^ rotateRight(a, 34n) ^ rotateRight(a, 39n);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) & MASK;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & MASK, c, b, a, (t1 + t2) & MASK];
    }
    for (const [index, value] of [a, b, c, d, e, f, g, h].entries()) hash[index] = (hash[index]! + value) & MASK;
  }
  return hash.map((word) => word.toString(16).padStart(16, '0')).join('');
}

/** Adler-32 (RFC 1950). */
export function adler32(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}
