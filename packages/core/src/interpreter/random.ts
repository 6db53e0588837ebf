import { hash32 } from '../model/stable-id.js';

/** A number in [0, 1) that depends on `seed` and `draw` only (I8). */
export function randomAt(seed: string, draw: number): number {
  const text = `${seed}#${draw}`;
  return ((hash32(text, 1) >>> 5) * 2 ** 26 + (hash32(text, 2) >>> 6)) / 2 ** 53;
}
