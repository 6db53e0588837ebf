interface Killable {
  stop(reason: 'closed'): void;
  readonly exited: Promise<unknown>;
}

const running = new Set<Killable>();

function killAll(): void {
  for (const child of running) child.stop('closed');
}

/** Kills the process when this one exits without having closed its runtime. One listener for all, however many pools. */
export function killOnExit(child: Killable): void {
  if (running.size === 0) process.on('exit', killAll);
  running.add(child);
  void child.exited.then(() => {
    running.delete(child);
    if (running.size === 0) process.removeListener('exit', killAll);
  });
}
