const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/**
 * 27 base-62 characters that depend on `text` only, cheap enough for workflow code. Texts with the same id can be
 * constructed, so none of it may be chosen by who calls from outside: such ids are those of `deriveExecId`.
 */
export function stableId(text: string): string {
  let id = '';
  for (let lane = 1; id.length < 27; lane += 1) {
    let rest = hash32(text, lane);
    for (let i = 0; i < 5 && id.length < 27; i += 1) {
      id += ALPHABET[rest % 62];
      rest = Math.floor(rest / 62);
    }
  }
  return id;
}

/** FNV-1a (32 bits) started per lane, with the finaliser of MurmurHash3. */
export function hash32(text: string, lane: number): number {
  let hash = 0x811c9dc5 ^ Math.imul(lane, 0x9e3779b1);
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
