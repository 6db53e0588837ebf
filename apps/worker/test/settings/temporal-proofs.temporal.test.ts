import { createSecureServer } from 'node:http2';
import { connect as connectSocket, type AddressInfo, type Socket } from 'node:net';
import path from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDevServer, type DevServer } from '@compozy/dev-server';
import { connect, createWorker, type CompozyWorker } from '@compozy/worker';
import { resolveSettings, toVersioning, toWorkerOptions } from '@compozy/worker/settings';
import { createCertificates, type Certificates } from './certificates.js';
import { listenOnce } from './listen-once.js';
import { createProjectFolder } from './project-folder.js';
import type { ProofsOf } from './proofs.js';

const NAME = 'temporal.test';

let temporal: DevServer;
let certificates: Certificates;
let proxy: Awaited<ReturnType<typeof startTlsProxy>>;
let metricsPort: number;

beforeAll(async () => {
  // A port that was free a moment ago.
  metricsPort = await portOf(listenOnce());
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { metrics: { prometheus: { bindAddress: `127.0.0.1:${metricsPort}` } } },
  });
  temporal = await startDevServer({ namespace: 'shop-space' });
  certificates = createCertificates(NAME);
  proxy = await startTlsProxy(temporal.address, certificates);
});

afterAll(async () => {
  await proxy?.close();
  certificates?.[Symbol.dispose]();
  await temporal?.stop();
});

async function portOf(opening: ReturnType<typeof listenOnce>): Promise<number> {
  await using opened = await opening;
  return opened.port;
}

/** Ends TLS, wants a certificate of the client, and passes on what is inside to the server. */
async function startTlsProxy(address: string, { read }: Certificates) {
  const [host, port] = address.split(':') as [string, string];
  const sockets = new Set<Socket>();
  const server = createTlsServer(
    {
      cert: read('server.pem'),
      key: read('server.key'),
      ca: read('ca.pem'),
      requestCert: true,
      rejectUnauthorized: true,
      ALPNProtocols: ['h2'],
    },
    (outside) => {
      const inside = connectSocket(Number(port), host);
      sockets.add(inside).add(outside);
      for (const socket of [inside, outside]) socket.on('error', () => undefined);
      outside.pipe(inside).pipe(outside);
    },
  );
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function temporalOf(environment: Record<string, string>) {
  await using folder = await createProjectFolder();
  return (await resolveSettings({ environment, dir: folder.dir })).settings.temporal;
}

/** Whether a connection with these variables gets an answer of Temporal. */
async function reaches(environment: Record<string, string>): Promise<boolean> {
  const settings = await temporalOf(environment);
  try {
    const connection = await connect(settings);
    const { namespaceInfo } = await connection.workflowService.describeNamespace({ namespace: 'shop-space' });
    await connection.close();
    return namespaceInfo?.name === 'shop-space';
  } catch (error) {
    expect(error).toMatchObject({ code: 'Server.Unreachable' });
    return false;
  }
}

const secured = () => ({
  TEMPORAL_ADDRESS: proxy.address,
  TEMPORAL_TLS_SERVER_NAME: NAME,
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.file('ca.pem'),
  TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.file('client.pem'),
  TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.file('client.key'),
});

/** The connection works with all of them, and no more without this one. */
async function needs(name: keyof ReturnType<typeof secured>): Promise<void> {
  const { [name]: _left, ...rest } = secured();
  const hasPair = name !== 'TEMPORAL_TLS_CLIENT_CERT_PATH' && name !== 'TEMPORAL_TLS_CLIENT_KEY_PATH';
  const { TEMPORAL_TLS_CLIENT_CERT_PATH: _cert, TEMPORAL_TLS_CLIENT_KEY_PATH: _key, ...withoutPair } = secured();
  expect(await reaches(secured())).toBe(true);
  expect(await reaches(hasPair ? rest : withoutPair)).toBe(false);
}

/** A text in place of a file. */
async function takesText(file: keyof ReturnType<typeof secured>, text: string, name: string): Promise<void> {
  const { [file]: _left, ...rest } = secured();
  expect(await reaches({ ...rest, [text]: certificates.read(name) })).toBe(true);
}

/** The slots of a worker with these variables, by its own metrics. */
async function slotsOf(environment: Record<string, string>, kind: string): Promise<number> {
  return await withWorker(environment, async () => {
    const line = new RegExp(`^temporal_worker_task_slots_available\\{.*worker_type="${kind}".*\\} (\\d+)$`, 'm');
    for (;;) {
      const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      const found = text
        .split('\n')
        .findLast((one) => line.test(one) && one.includes(environment.TEMPORAL_TASK_QUEUE!));
      if (found !== undefined) return Number(line.exec(found)![1]);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
}

async function withWorker<T>(
  environment: Record<string, string>,
  use: (worker: CompozyWorker) => Promise<T>,
): Promise<T> {
  await using folder = await createProjectFolder();
  const where = { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'shop-space' };
  const { settings, project } = await resolveSettings({ environment: { ...where, ...environment }, dir: folder.dir });
  const worker = await createWorker({
    ...toWorkerOptions(settings.values),
    ...toVersioning(settings.values),
    project,
    temporal: settings.temporal,
    dispatcher: 'on-demand',
  });
  await worker.setup();
  try {
    return await use(worker);
  } finally {
    await worker.stop();
  }
}

const build = { TEMPORAL_DEPLOYMENT_NAME: 'till', TEMPORAL_WORKER_BUILD_ID: 'build-7' };

/** What the server knows of it comes from its workers. A build without a deployment says nothing, nor the other way. */
async function hasBuild(variable: keyof typeof build): Promise<void> {
  const half = { [variable]: build[variable] };
  await expect(temporalOf(half)).rejects.toMatchObject({
    problems: [{ code: 'value.conflict', place: `environment ${variable}` }],
  });
  await withWorker(build, async (worker) => {
    const builds = async () => {
      const request = { namespace: 'shop-space', deploymentName: build.TEMPORAL_DEPLOYMENT_NAME };
      const { workerDeploymentInfo } = await worker.client.workflowService.describeWorkerDeployment(request);
      return workerDeploymentInfo?.versionSummaries?.map(({ deploymentVersion }) => deploymentVersion?.buildId);
    };
    await expect.poll(() => builds().catch(() => [])).toEqual([build.TEMPORAL_WORKER_BUILD_ID]);
  });
}

async function withProfile(use: (variables: Record<string, string>) => Promise<void>): Promise<void> {
  const tls = `server_name = "${NAME}"\nserver_ca_cert_path = "${certificates.file('ca.pem')}"
client_cert_path = "${certificates.file('client.pem')}"\nclient_key_path = "${certificates.file('client.key')}"\n`;
  const toml = `[profile.default]\naddress = "127.0.0.1:1"\n[profile.prod]\naddress = "${proxy.address}"\n[profile.prod.tls]\n${tls}`;
  await using folder = await createProjectFolder('', { 'temporal.toml': toml });
  await use({ TEMPORAL_CONFIG_FILE: path.join(folder.dir, 'temporal.toml') });
}

const proofs: ProofsOf<'temporal'> = {
  'temporal.host_port': async () => {
    expect(await reaches({ TEMPORAL_HOST_PORT: temporal.address, TEMPORAL_ADDRESS: '127.0.0.1:1' })).toBe(true);
    expect(await reaches({ TEMPORAL_HOST_PORT: '127.0.0.1:1', TEMPORAL_ADDRESS: temporal.address })).toBe(false);
  },
  'temporal.namespace': async () => {
    await withWorker({}, async (worker) => {
      const run = await worker.triggerWorkflow('one');
      await run.result();
      const execution = { workflowId: run.temporalWorkflowId };
      const found = worker.client.workflowService.describeWorkflowExecution({ namespace: 'shop-space', execution });
      expect((await found).workflowExecutionInfo?.type?.name).toBeDefined();
    });
  },
  'temporal.adopt_namespace': async () => {
    await using folder = await createProjectFolder();
    const environment = { TEMPORAL_ADOPT_NAMESPACE: 'an-id' };
    const { settings } = await resolveSettings({ environment, dir: folder.dir });
    expect(toWorkerOptions(settings.values).config).toMatchObject({ adoptNamespace: 'an-id' });
  },
  'temporal.task_queue': async () => {
    await withWorker({ TEMPORAL_TASK_QUEUE: 'till' }, async (worker) => {
      expect(worker.taskQueue).toBe('till');
      expect(await (await worker.triggerWorkflow('one')).result()).toBeDefined();
    });
  },
  'temporal.profile': () =>
    withProfile(async (variables) => {
      expect(await reaches({ ...variables, TEMPORAL_PROFILE: 'prod' })).toBe(true);
      expect(await reaches({ ...variables, TEMPORAL_PROFILE: 'default' })).toBe(false);
    }),
  'temporal.config_file': () =>
    withProfile(async (variables) => {
      // Its default profile has another address.
      expect((await temporalOf(variables)).hostPort).toBe('127.0.0.1:1');
    }),
  'temporal.api_key': async () => {
    const heard = Promise.withResolvers<string | undefined>();
    const server = createSecureServer({ cert: certificates.read('server.pem'), key: certificates.read('server.key') });
    server.on('stream', (stream, headers) => {
      heard.resolve(headers.authorization);
      stream.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { TEMPORAL_TLS_CLIENT_CERT_PATH: _cert, TEMPORAL_TLS_CLIENT_KEY_PATH: _key, ...rest } = secured();
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const settings = await temporalOf({ ...rest, TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: 'a-key' });
    await expect(connect(settings)).rejects.toMatchObject({ code: 'Server.Unreachable' });
    expect(await heard.promise).toBe('Bearer a-key');
    await new Promise((resolve) => server.close(resolve));
  },
  'temporal.tls.enabled': async () => {
    await using server = await listenOnce((socket) => socket.destroy());
    const settings = await temporalOf({ TEMPORAL_ADDRESS: `127.0.0.1:${server.port}`, TEMPORAL_TLS: 'true' });
    await expect(connect(settings)).rejects.toMatchObject({ code: 'Server.Unreachable' });
    // The first byte of a TLS handshake.
    expect((await server.first)[0]).toBe(0x16);
  },
  'temporal.tls.server_name': () => needs('TEMPORAL_TLS_SERVER_NAME'),
  'temporal.tls.server_ca_cert_path': () => needs('TEMPORAL_TLS_SERVER_CA_CERT_PATH'),
  'temporal.tls.server_ca_cert_data': () =>
    takesText('TEMPORAL_TLS_SERVER_CA_CERT_PATH', 'TEMPORAL_TLS_SERVER_CA_CERT_DATA', 'ca.pem'),
  'temporal.tls.client_cert_path': () => needs('TEMPORAL_TLS_CLIENT_CERT_PATH'),
  'temporal.tls.client_cert_data': () =>
    takesText('TEMPORAL_TLS_CLIENT_CERT_PATH', 'TEMPORAL_TLS_CLIENT_CERT_DATA', 'client.pem'),
  'temporal.tls.client_key_path': () => needs('TEMPORAL_TLS_CLIENT_KEY_PATH'),
  'temporal.tls.client_key_data': () =>
    takesText('TEMPORAL_TLS_CLIENT_KEY_PATH', 'TEMPORAL_TLS_CLIENT_KEY_DATA', 'client.key'),
  'worker.deployment_name': () => hasBuild('TEMPORAL_DEPLOYMENT_NAME'),
  'worker.build_id': () => hasBuild('TEMPORAL_WORKER_BUILD_ID'),
  'worker.max_concurrent_activity_execution_size': async () => {
    const variables = { TEMPORAL_TASK_QUEUE: 'slots-a', WORKER_MAX_CONCURRENT_ACTIVITIES: '7' };
    expect(await slotsOf(variables, 'ActivityWorker')).toBe(7);
  },
  'worker.max_concurrent_workflow_execution_size': async () => {
    const variables = { TEMPORAL_TASK_QUEUE: 'slots-w', WORKER_MAX_CONCURRENT_WORKFLOWS: '8' };
    expect(await slotsOf(variables, 'WorkflowWorker')).toBe(8);
  },
  'worker.max_concurrent_local_activity_execution_size': async () => {
    const variables = { TEMPORAL_TASK_QUEUE: 'slots-l', WORKER_MAX_CONCURRENT_LOCAL_ACTIVITIES: '9' };
    expect(await slotsOf(variables, 'LocalActivityWorker')).toBe(9);
  },
};

describe('settings of Temporal and of the worker', () => {
  it.each(Object.entries(proofs))('%s holds', (_key, prove) => prove());
});
