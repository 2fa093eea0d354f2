// Writes all flows as files into the bucket, under a prefix with the time of the run: what is there is never changed.
// Environment: FLOWISE_URL, FLOWISE_API_KEY (one that reads), BUCKET, PREFIX, SECRET_VARIABLES (names, by commas).
'use strict';
require('./json_logs.cjs');
const { S3Client, PutObjectCommand } = require('@aws-sdk/client-s3');
const { files, spec } = require('./flow_files.cjs');

const [PATIENCE_MS, TRIES, PAUSE_MS] = [60_000, 5, 5_000];

const env = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set`);
  return process.env[name];
};

// A server that is just being replaced answers soon; one that refuses the key does not.
const ask = async (path) => {
  const url = `${env('FLOWISE_URL')}/api/v1/${path}`;
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await fetch(url, {
        headers: { authorization: `Bearer ${env('FLOWISE_API_KEY')}` },
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      if (answer.ok) return await answer.json();
      if (answer.status < 500 || tries === TRIES) throw Object.assign(new Error(`status ${answer.status}`), { last: true });
    } catch (error) {
      if (error.last || tries === TRIES) throw new Error(`GET ${path}: ${error.cause?.message || error.message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
};

const main = async () => {
  const { version } = await ask('version');
  if (!String(version).startsWith(`${spec.flowise}.`)) throw new Error(`Flowise ${version} is not ${spec.flowise}`);
  const credentials = await ask('credentials');
  const rows = {};
  for (const { list } of Object.values(spec.kinds)) rows[list] ??= await ask(list);
  const secretVariables = (process.env.SECRET_VARIABLES || '').split(',').filter(Boolean);
  const written = Object.entries(files(version, credentials, rows, secretVariables));
  const at = new Date().toISOString().replace(/\.\d+/, '').replaceAll(':', '-');
  const [s3, Bucket, prefix] = [new S3Client({}), env('BUCKET'), `${env('PREFIX')}${at}`];
  // the manifest last: where it is, all of the export is
  written.sort(([one], [other]) => Number(!one.includes('/')) - Number(!other.includes('/')));
  for (const [path, Body] of written)
    await s3.send(new PutObjectCommand({ Bucket, Key: `${prefix}/${path}`, Body, ContentType: 'application/json' }));
  console.log(`${written.length - 1} files in s3://${Bucket}/${prefix}/`);
};

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`export failed: ${error.message}`);
    process.exit(1);
  },
);
