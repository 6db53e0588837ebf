/** Closes the newest first, and the rest too where one fails; then throws the first failure. Leaves `opened` empty. */
export async function closeInReverse(opened: (() => Promise<unknown>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of opened.splice(0).toReversed()) {
    await close().catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}
