// Opens each database that AWS Backup has restored as a trial, counts what is in it, and tells AWS Backup what it found.
// Run every hour: a trial waits some hours for its verdict, and is deleted once it has one.
// Environment: AWS_REGION, DNS_SUFFIX, PLAN_ARN, STACK, DATABASE_NAME, and LOGINS: [{"username", "secret", "field"}].
'use strict';
const { Client } = require('pg');
// its signer, with the credentials that Pod Identity gives, signs for any service: no further client is needed
const { SecretsManagerClient, GetSecretValueCommand } = require('@aws-sdk/client-secrets-manager');
require('./json_logs.cjs');

const env = process.env;
const SECOND = 1000;
const DAY_MS = 24 * 60 * 60 * SECOND;
const PERIOD_MS = 8 * DAY_MS; // a trial a week, and a day
const NAMESPACE = 'Platform/Restores';
const MOST_TABLES = 5;
// a restored volume is read from S3 block by block: so many rows of a table, and no more
const MOST_ROWS = 100000;
const CONNECT_MS = 30 * SECOND;
const STATEMENT_MS = 300 * SECOND;
const ANSWER_MS = 30 * SECOND;
const LONGEST_TEXT = 500;
// SQLSTATEs that say something of what was restored: refused logins, no such database, a table that may not be read,
// damage (PostgreSQL, "Error Codes"). Any other error may be gone in an hour, and a verdict is final.
const TELLING = /^(28|3D|42501|58|XX)/;
const BAD = ['FAILED', 'TIMED_OUT'];

const secrets = new SecretsManagerClient({ region: env.AWS_REGION });

const ask = async (service, { name = service, method = 'POST', path = '/', query = {}, headers = {}, body }) => {
  const own = env[`AWS_ENDPOINT_URL_${name.toUpperCase()}`];
  const origin = new URL(own || `https://${service}.${env.AWS_REGION}.${env.DNS_SUFFIX}`);
  const request = {
    method,
    protocol: origin.protocol,
    hostname: origin.hostname,
    port: origin.port ? Number(origin.port) : undefined,
    path,
    query,
    headers: { host: origin.host, ...headers },
    body,
  };
  const properties = { signingService: service, signingRegion: env.AWS_REGION };
  const signer = await secrets.config.signer({ name: 'sigv4', signingRegion: env.AWS_REGION, properties: {} });
  const signed = await signer.sign(request, properties);
  const asked = Object.entries(query).map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  const url = new URL(asked ? `${path}?${asked}` : path, origin);
  const answer = await fetch(url, { method, headers: signed.headers, body, signal: AbortSignal.timeout(ANSWER_MS) });
  const text = await answer.text();
  // what AWS says of a refusal names the role and the action, and no secret
  if (!answer.ok) throw new Error(`${service}: status ${answer.status}: ${text.slice(0, LONGEST_TEXT)}`);
  return text;
};

const restores = async () => {
  const found = [];
  const query = {
    createdAfter: new Date(Date.now() - PERIOD_MS).toISOString(),
    restoreTestingPlanArn: env.PLAN_ARN,
    status: 'COMPLETED',
  };
  do {
    const answer = JSON.parse(await ask('backup', { method: 'GET', path: '/restore-jobs/', query }));
    found.push(...(answer.RestoreJobs || []));
    query.nextToken = answer.NextToken;
  } while (query.nextToken);
  return found.sort((one, other) => other.CreationDate - one.CreationDate);
};

const endpoint = async (arn) => {
  const [identifier] = arn.split(':').slice(-1);
  const body = `Action=DescribeDBInstances&Version=2014-10-31&DBInstanceIdentifier=${encodeURIComponent(identifier)}`;
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
  const [told = ''] = /<Endpoint>[\s\S]*?<\/Endpoint>/.exec(await ask('rds', { headers, body })) || [];
  const [host, port] = ['Address', 'Port'].map((tag) => (new RegExp(`<${tag}>([^<]+)<`).exec(told) || [])[1]);
  if (!host || !port) throw new Error(`${identifier} has no endpoint yet`);
  return { host, port: Number(port) };
};

const password = async ({ secret, field }) => {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: secret }));
  return field ? JSON.parse(SecretString)[field] : SecretString;
};

// One of the two logins may have got its password after the backup was taken.
const connected = async (where) => {
  let refused;
  for (const login of JSON.parse(env.LOGINS)) {
    const client = new Client({
      ...where,
      user: login.username,
      password: await password(login),
      database: env.DATABASE_NAME,
      ssl: { rejectUnauthorized: true },
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
    });
    client.on('error', () => undefined); // of a connection that ends early the query tells
    try {
      await client.connect();
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      if (!/^28/.test(error.code)) throw error;
      refused = error;
    }
  }
  throw refused;
};

const counted = async (client) => {
  const { rows: tables } = await client.query(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      ORDER BY pg_total_relation_size(c.oid) DESC, c.relname`,
  );
  const counts = [];
  for (const { name } of tables.slice(0, MOST_TABLES)) {
    const chosen = `SELECT 1 FROM public.${client.escapeIdentifier(name)} LIMIT ${MOST_ROWS}`;
    const { rows } = await client.query(`SELECT count(*)::int AS found FROM (${chosen}) AS chosen`);
    counts.push({ name, found: rows[0].found });
  }
  const told = counts.map(({ name, found }) => `${name} ${found}${found === MOST_ROWS ? ' or more' : ''}`).join(', ');
  return { good: counts.some(({ found }) => found > 0), message: `${tables.length} tables; rows: ${told || 'none'}` };
};

const opened = async (job) => {
  const where = await endpoint(job.CreatedResourceArn);
  try {
    const client = await connected(where);
    try {
      return await counted(client);
    } finally {
      await client.end();
    }
  } catch (error) {
    if (!TELLING.test(error.code)) throw error;
    return { good: false, message: error.message };
  }
};

const measure = (figures) => {
  const Dimensions = [{ Name: 'Stack', Value: env.STACK }];
  const MetricData = Object.entries(figures).map(([MetricName, Value]) => ({ MetricName, Value, Unit: 'Count', Dimensions }));
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': 'GraniteServiceVersion20100801.PutMetricData',
  };
  return ask('monitoring', { name: 'cloudwatch', headers, body: JSON.stringify({ Namespace: NAMESPACE, MetricData }) });
};

const judge = async (job) => {
  const { good, message } = await opened(job);
  job.ValidationStatus = good ? 'SUCCESSFUL' : 'FAILED';
  console.log(`${job.CreatedResourceArn}: ${job.ValidationStatus}: ${message}`);
  // before the verdict, which is given once: whatever fails from here on is done anew in an hour
  if (good) await measure({ Succeeded: 1 });
  await ask('backup', {
    method: 'PUT',
    path: `/restore-jobs/${job.RestoreJobId}/validations`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      ValidationStatus: job.ValidationStatus,
      ValidationStatusMessage: message.slice(0, LONGEST_TEXT),
    }),
  });
};

const main = async () => {
  const trials = await restores();
  const waiting = trials.filter((each) => !['SUCCESSFUL', ...BAD].includes(each.ValidationStatus) && !each.DeletionStatus);
  const undecided = [];
  for (const job of waiting) await judge(job).catch((error) => undecided.push(error));
  // told every hour until a trial goes well: one figure may get lost on its way
  await measure({ Failed: trials.length && BAD.includes(trials[0].ValidationStatus) ? 1 : 0 });
  if (!waiting.length) console.log(`no trial waits for a verdict; ${trials.length} within eight days`);
  if (undecided.length) throw new AggregateError(undecided, undecided.map(({ message }) => message).join('; '));
};

main().catch((error) => {
  console.error(`no verdict: ${error.message}`);
  process.exitCode = 1;
});
