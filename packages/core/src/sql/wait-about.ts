/** Waits `ms`, give or take half: those who lost a race together do not meet again. */
export async function waitAbout(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms * (0.5 + Math.random())));
}
