import { InvalidArgumentError } from 'commander';

/** The value of an option that takes a port; 0 stands for a free one. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It takes a number from 0 to 65535.');
}
