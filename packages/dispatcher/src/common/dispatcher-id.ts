import { CompozyError } from '@compozy/core';

/** Which dispatcher: an instance is a worker, or `ingress-<n>` for senders that are none. */
export interface DispatcherName {
  readonly instance: string;
  /** Counts up when a sender moves on; 0 is not part of the id. */
  readonly epoch: number;
}

// No hyphen and no number alone, so that no two projects, instances and epochs share an id.
const INSTANCE = /^(?!\d+$)(?!ingress$)[A-Za-z0-9_.]{1,100}$/;
const INGRESS = /^ingress-\d{1,6}$/;
const NAME = /^(ingress-\d{1,6}|[A-Za-z0-9_.]+?)(?:-(\d+))?$/;

/** The Workflow Id of a dispatcher: `dispatcher-<project>-<instance>[-<epoch>]`. */
export function dispatcherId(project: string, { instance, epoch }: DispatcherName): string {
  return `dispatcher-${project}-${instance}${epoch === 0 ? '' : `-${epoch}`}`;
}

/** The inverse of {@link dispatcherId}; `undefined` for the dispatcher of another project. */
export function parseDispatcherId(project: string, id: string): DispatcherName | undefined {
  const prefix = `dispatcher-${project}-`;
  if (!id.startsWith(prefix)) return undefined;
  const match = NAME.exec(id.slice(prefix.length));
  const [, instance, epoch] = match ?? [];
  if (instance === undefined || !(INSTANCE.test(instance) || INGRESS.test(instance))) return undefined;
  return { instance, epoch: Number(epoch ?? 0) };
}

/** Whether senders outside workers share it. Nobody's death makes it an orphan. */
export function isIngress(instance: string): boolean {
  return INGRESS.test(instance);
}

/** @throws `Config.Invalid`. */
export function checkInstance(instance: string): void {
  if (INSTANCE.test(instance) || INGRESS.test(instance)) return;
  throw new CompozyError(
    'Config.Invalid',
    `The instance id ${JSON.stringify(instance)} of a worker may have letters, digits, "_" and "." (100 at most), and not be a number alone or "ingress"`,
  );
}
