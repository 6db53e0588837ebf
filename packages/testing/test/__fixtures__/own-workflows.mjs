// Workflow code of a user: the engine's and one of their own, and nothing of the dispatcher.
export * from '@compozy/workflows/workflow';
export { default } from '@compozy/workflows/workflow';

export async function mine(name) {
  return `mine: ${name}`;
}
