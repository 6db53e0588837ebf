import { freemem, loadavg, totalmem, uptime } from 'node:os';

const PROBES = {
  load: () => ({ value: loadavg()[0] ?? 0, unit: 'processes' }),
  memory: () => ({ value: Math.round((1 - freemem() / totalmem()) * 100), unit: '% used' }),
  uptime: () => ({ value: uptime(), unit: 's' }),
};

export function probe({ name }: { name: keyof typeof PROBES }) {
  return { name, ...PROBES[name]() };
}
