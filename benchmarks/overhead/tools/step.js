/** The work of one step, the same function for all contenders. */
export function step({ n }) {
  return { n: n + 1 };
}
