import { BlockList, isIP } from 'node:net';
import type { Context } from 'hono';
import type { ApiEnvironment } from './api-environment.js';

/**
 * Finds the address that a request comes from. What `X-Forwarded-For` says counts only as far as proxies wrote it that
 * are trusted, given as addresses or as subnets such as `10.0.0.0/8`: from anybody else it could be anything.
 */
export function createClientAddress(trustedProxies: readonly string[] = []) {
  const trusted = new BlockList();
  for (const proxy of trustedProxies) {
    const [address = '', prefix] = proxy.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return (context: Context<ApiEnvironment>): string => {
    let client = plain(context.env.incoming?.socket.remoteAddress ?? 'unknown');
    const hops = (context.req.header('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()));
    while (isTrusted(client)) {
      const before = hops.pop();
      if (before === undefined || isIP(before) === 0) break;
      client = before;
    }
    return client;
  };
}

/** An IPv4 address, where it is written as one of IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}
