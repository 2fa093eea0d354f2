// Has the engine take a snapshot, and puts it into the bucket.
// Environment: SEARCH_URL, SEARCH_KEY (may create snapshots and ask for tasks), SNAPSHOT (the file that the engine writes),
// AWS_REGION, BUCKET, DNS_SUFFIX.
'use strict';
const fs = require('fs');
const http = require('http');
const https = require('https');
// its signer, with the credentials that Pod Identity gives, signs for any service: no further client is needed
const { SecretsManagerClient } = require('@aws-sdk/client-secrets-manager');
require('./json_logs.cjs');

const env = process.env;
const EVERY_MS = 2_000;
const LONGEST_MS = 30 * 60_000;
const ANSWER_MS = 10_000;
// S3 takes no larger object at once (Amazon S3 API reference, PutObject)
const MOST_BYTES = 5 * 1024 ** 3;

const ask = async (method, path) => {
  const headers = { authorization: `Bearer ${env.SEARCH_KEY}` };
  const answer = await fetch(new URL(path, env.SEARCH_URL), { method, headers, signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok) throw new Error(`${method} ${path}: status ${answer.status}`);
  return answer.json();
};

const taken = async () => {
  const { taskUid } = await ask('POST', '/snapshots');
  const end = Date.now() + LONGEST_MS;
  for (;;) {
    const { status, error } = await ask('GET', `/tasks/${taskUid}`);
    if (status === 'succeeded') return;
    if (status === 'failed' || status === 'canceled') throw new Error(`the snapshot ${status}: ${error && error.code}`);
    if (Date.now() > end) throw new Error('the snapshot has not ended within half an hour');
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
};

const put = async (key) => {
  const { size } = fs.statSync(env.SNAPSHOT);
  if (size > MOST_BYTES) throw new Error(`the snapshot has ${size} bytes, and S3 takes ${MOST_BYTES} at once`);
  const origin = new URL(env.AWS_ENDPOINT_URL_S3 || `https://${env.BUCKET}.s3.${env.AWS_REGION}.${env.DNS_SUFFIX}`);
  const path = env.AWS_ENDPOINT_URL_S3 ? `/${env.BUCKET}/${key}` : `/${key}`;
  const secrets = new SecretsManagerClient({ region: env.AWS_REGION });
  const signer = await secrets.config.signer({ name: 'sigv4', signingRegion: env.AWS_REGION, properties: {} });
  const request = {
    method: 'PUT',
    protocol: origin.protocol,
    hostname: origin.hostname,
    path,
    query: {},
    // what is sent over TLS is whole, and a second reading of the file would only say so again
    headers: { host: origin.host, 'content-length': String(size), 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  };
  const signed = await signer.sign(request, { signingService: 's3', signingRegion: env.AWS_REGION });
  await new Promise((resolve, reject) => {
    const sent = (origin.protocol === 'http:' ? http : https).request(
      { method: 'PUT', hostname: origin.hostname, port: origin.port || undefined, path, headers: signed.headers },
      (answer) => {
        answer.resume();
        answer.on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`S3: status ${answer.statusCode}`))));
      },
    );
    sent.on('error', reject);
    fs.createReadStream(env.SNAPSHOT).on('error', reject).pipe(sent);
  });
  return size;
};

(async () => {
  await taken();
  const key = `snapshots/${new Date().toISOString().replace(/[:.]/g, '-')}.snapshot`;
  console.log(`${await put(key)} bytes lie at ${key}`);
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
