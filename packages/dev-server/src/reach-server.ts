import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';

const POLL_MS = 20;

export interface ReachOptions {
  readonly address: string;
  readonly limitMs: number;
  /** Also wait until this namespace can be used. */
  readonly namespace?: string;
  /** Stops the attempts early. */
  readonly signal?: AbortSignal;
}

/** Waits until a Temporal server answers; returns why not when it did not within the limit. */
export async function reachServer(
  options: ReachOptions,
): Promise<{ reached: true } | { reached: false; reason: string }> {
  const deadline = Date.now() + options.limitMs;
  let reason = 'no attempt was made';
  while (Date.now() < deadline && !options.signal?.aborted) {
    try {
      // The gRPC client waits a second after a refused connection, so it only starts once somebody listens.
      await openSocket(options.address, Math.max(POLL_MS, deadline - Date.now()));
      await callServer(options, Math.max(500, deadline - Date.now()));
      return { reached: true };
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
      await sleep(POLL_MS);
    }
  }
  return { reached: false, reason };
}

async function callServer({ address, namespace }: ReachOptions, limitMs: number): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: limitMs });
  try {
    if (namespace !== undefined) {
      await connection.withDeadline(Date.now() + limitMs, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
    }
  } finally {
    await connection.close();
  }
}

function openSocket(address: string, limitMs: number): Promise<void> {
  const { host, port } = splitAddress(address);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: limitMs });
    const settle = (error?: Error): void => {
      socket.destroy();
      if (error === undefined) resolve();
      else reject(error);
    };
    socket.once('connect', () => settle());
    socket.once('timeout', () => settle(new Error(`connect timeout ${address}`)));
    socket.once('error', settle);
  });
}

/** `host:port`, `[::1]:port`, or a host alone, with Temporal's usual port. */
function splitAddress(address: string): { host: string; port: number } {
  const match = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:]+))(?::(?<port>\d+))?$/.exec(address);
  const host = match?.groups?.['bracketed'] ?? match?.groups?.['plain'] ?? address;
  return { host, port: Number(match?.groups?.['port'] ?? 7233) };
}
