/** A word as a shell takes it: what is printed to be copied has to work for every name of a folder. */
export function quote(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
