import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Certificates extends Disposable {
  /** The path of `ca.pem`, `server.pem`, `server.key`, `client.pem` or `client.key`. */
  file(name: string): string;
  read(name: string): string;
}

/** A CA of its own, a certificate for `serverName`, and one for a client. */
export function createCertificates(serverName: string): Certificates {
  const dir = mkdtempSync(path.join(tmpdir(), 'compozy-certificates-'));
  const file = (name: string) => path.join(dir, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test CA');
  const sign = (name: string, usage: string, subject: string) => {
    writeFileSync(file(`${name}.ext`), `subjectAltName=DNS:${subject}\nextendedKeyUsage=${usage}\n`);
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${subject}`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
    openssl('x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, ...by);
  };
  sign('server', 'serverAuth', serverName);
  sign('client', 'clientAuth', 'worker.test');
  return {
    file,
    read: (name) => readFileSync(file(name), 'utf8'),
    [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
  };
}
