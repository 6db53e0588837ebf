import { CancellationScope, sleep } from '@temporalio/workflow';

export interface DeadlineTimer {
  /** Makes the one Temporal timer stand for the earliest of `deadlines`. */
  sync(deadlines: Readonly<Record<string, { readonly at: number }>>): void;
}

/** Deadlines live in the run's state; Temporal sees one timer, for the earliest. */
export function createDeadlineTimer(reached: (keys: readonly string[], at: number) => void): DeadlineTimer {
  let armed: { readonly at: number; readonly scope: CancellationScope } | undefined;
  let current: Readonly<Record<string, { readonly at: number }>> = {};

  function fire(): void {
    // A clock that is behind the timer's must not lose the deadline that the timer stood for.
    const now = Math.max(Date.now(), armed?.at ?? 0);
    armed = undefined;
    const due = Object.entries(current).filter(([, { at }]) => at <= now);
    reached(
      due.toSorted(([, a], [, b]) => a.at - b.at).map(([key]) => key),
      now,
    );
  }

  return {
    sync(deadlines) {
      current = deadlines;
      const times = Object.values(deadlines).map(({ at }) => at);
      const earliest = times.length === 0 ? undefined : Math.min(...times);
      if (earliest === armed?.at) return;
      armed?.scope.cancel();
      armed = undefined;
      if (earliest === undefined) return;
      const scope = new CancellationScope({ cancellable: true });
      armed = { at: earliest, scope };
      scope.run(() => sleep(Math.max(1, earliest - Date.now()))).then(fire, () => undefined);
    },
  };
}
