// What stands before the first server and worker start: tables, bucket, first owner, and a key to read metrics with.
// May be run at any time. Environment: Flowise's own, and OWNER_EMAIL, OWNER_NAME, OWNER_PASSWORD.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const { createRequire } = require('module');
const { setTimeout: pause } = require('timers/promises');

const FLOWISE = process.env.FLOWISE_PACKAGE || '/usr/local/lib/node_modules/flowise';
const flowise = createRequire(`${FLOWISE}/package.json`);
const [TRIES, PAUSE_MS] = [180, 1000];
const KEY_NAME = 'metrics';
const { env } = process;

const bucket = async () => {
  const { CreateBucketCommand, HeadBucketCommand, S3Client } = flowise('@aws-sdk/client-s3');
  const client = new S3Client({
    region: env.S3_STORAGE_REGION,
    endpoint: env.S3_ENDPOINT_URL,
    forcePathStyle: true,
    credentials: { accessKeyId: env.S3_STORAGE_ACCESS_KEY_ID, secretAccessKey: env.S3_STORAGE_SECRET_ACCESS_KEY },
  });
  const named = { Bucket: env.S3_STORAGE_BUCKET_NAME };
  await client.send(new HeadBucketCommand(named)).catch(() => client.send(new CreateBucketCommand(named)));
};

const api = async (path, cookie, body) => {
  const answer = await fetch(`http://127.0.0.1:${env.PORT}/api/v1/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { 'content-type': 'application/json', 'x-request-from': 'internal', cookie },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, cookies: answer.headers.getSetCookie(), text: await answer.text() };
};

const wanted = ({ status, text, ...rest }, what, ...statuses) => {
  if (!statuses.includes(status)) throw new Error(`${what}: ${status} ${text.slice(0, 300)}`);
  return { ...rest, text };
};

const owned = async () => {
  const [email, password] = [env.OWNER_EMAIL, env.OWNER_PASSWORD];
  const user = { name: env.OWNER_NAME, email, type: 'pro', credential: password };
  // 400: there is an owner already, and never a second one
  wanted(await api('account/register', '', { user }), 'register the owner', 201, 400);
  const { cookies } = wanted(await api('auth/login', '', { email, password }), `log in as ${email}`, 200);
  return cookies.map((cookie) => cookie.split(';')[0]).join('; ');
};

const metricsKey = async (cookie) => {
  const named = ({ text }) => JSON.parse(text).find(({ keyName }) => keyName === KEY_NAME);
  // any key reads metrics: this one may do little else
  const make = () => api('apikey', cookie, { keyName: KEY_NAME, permissions: ['chatflows:view'] });
  const found = named(wanted(await api('apikey', cookie), 'list keys', 200));
  const { apiKey } = found || named(wanted(await make(), 'make a key', 200, 201));
  fs.writeFileSync(`${env.HOME}/.flowise/metrics_key`, apiKey, { mode: 0o644 });
};

const main = async () => {
  await bucket();
  // reached from here alone, and open to whoever registers first
  const alone = { HOST: '127.0.0.1', MODE: 'main', DENYLIST_URLS: '' };
  const server = spawn(process.execPath, [`${FLOWISE}/bin/run`, 'start'], { env: { ...env, ...alone }, stdio: 'inherit' });
  const gone = new Promise((_, reject) => server.on('exit', (code) => reject(new Error(`Flowise ended with ${code}`))));
  const pings = async () => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if ((await api('ping', '').catch(() => ({}))).status === 200) return;
      await pause(PAUSE_MS);
    }
    throw new Error(`Flowise does not answer after ${(TRIES * PAUSE_MS) / 1000} s`);
  };
  try {
    await Promise.race([gone, pings().then(owned).then(metricsKey)]);
  } finally {
    server.kill('SIGTERM');
    await gone.catch(() => undefined);
  }
  console.log('set up');
};

main().catch((error) => {
  console.error(`setup: ${error.message}`);
  process.exit(1);
});
