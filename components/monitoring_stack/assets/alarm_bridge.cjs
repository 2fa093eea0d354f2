// Brings CloudWatch's alarms, and what else is said on the alarms' topics, to Alertmanager.
//   /livez   the event loop turns
//   /readyz  both ends answered within the last rounds: the queue is read and Alertmanager takes alerts
// Environment: AWS_REGION, PORT, QUEUE_URL, TOPIC_ARNS, TEAM, ALERTMANAGER (host:port; every address of it is told).
// Nothing is kept: what is in alarm is asked of CloudWatch at the start and every few minutes, and told anew each round.
'use strict';
const dns = require('dns').promises;
// its signer, with the credentials that Pod Identity gives, signs for any service: no client of SQS is needed
const { SecretsManagerClient } = require('@aws-sdk/client-secrets-manager');
require('./json_logs.cjs');
const serve = require('./serving.cjs');

const env = process.env;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const WAIT_SECONDS = Number(env.WAIT_SECONDS || 20); // the longest that SQS waits for a message
const ASK_MS = 5 * MINUTE; // 9,000 questions in a month and region: CloudWatch's free tier has a million
// An alert ends by itself where this process is gone for longer than it takes to start elsewhere.
const KEPT_MS = 10 * MINUTE;
const NOTICE_MS = 60 * MINUTE; // an event has no end of its own
const ENDED_MS = 15 * MINUTE; // as long as Prometheus repeats that an alert is over
const SETTLED_MS = 2 * MINUTE; // for what CloudWatch lists may be older than what it has just sent
const LATE_MS = 3 * MINUTE;
const LONGEST_TEXT = 1000;
const [QUEUE, TOPICS] = [new URL(env.QUEUE_URL), env.TOPIC_ARNS.split(',')];
const regionOf = (arn) => arn.split(':')[3];

const told = new Map();
const say = (who, error) => {
  if (told.get(who) !== error.message) console.error(`${who}: ${error.message}`);
  told.set(who, error.message);
};

const signers = new Map();
const signer = (region) => {
  if (!signers.has(region)) signers.set(region, new SecretsManagerClient({ region }).config);
  return signers.get(region).signer({ name: 'sigv4', signingRegion: region, properties: {} });
};

// AWS JSON 1.0, which SQS and CloudWatch both speak (their API models in botocore: protocols, targetPrefix)
const ask = async (origin, region, signingService, target, question) => {
  const url = new URL('/', origin);
  const body = JSON.stringify(question);
  const request = {
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    port: url.port ? Number(url.port) : undefined,
    path: '/',
    query: {},
    headers: { host: url.host, 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': target },
    body,
  };
  const { headers } = await (await signer(region)).sign(request, { signingService, signingRegion: region });
  const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout((WAIT_SECONDS + 10) * SECOND) });
  const text = await answer.text();
  // what AWS says of a refusal names the role and the action, and no secret
  if (!answer.ok) throw new Error(`${target}: status ${answer.status}: ${text.slice(0, LONGEST_TEXT)}`);
  return text ? JSON.parse(text) : {};
};

const sqs = (action, question) =>
  ask(QUEUE.origin, env.AWS_REGION, 'sqs', `AmazonSQS.${action}`, { QueueUrl: env.QUEUE_URL, ...question });

const cloudwatch = (region, action, question) => {
  const host = QUEUE.hostname.replace(/^sqs\.[^.]+/, `monitoring.${region}`);
  const origin = env.AWS_ENDPOINT_URL_CLOUDWATCH || `https://${host}`;
  return ask(origin, region, 'monitoring', `GraniteServiceVersion20100801.${action}`, question);
};

// alerts by what they are of: what Alertmanager is told, when it changed, and when it ends, if it has
const alerts = new Map();

const alarm = ({ name, arn, says = '', reason, state, changed }) => {
  const known = alerts.get(arn);
  if (known && known.changed > changed) return; // SQS keeps no order
  const firing = state === 'ALARM';
  const [, severity = 'warning', summary] = /^(?:\[(critical|warning|info)\] )?([\s\S]*)$/.exec(says);
  const region = regionOf(arn);
  alerts.set(arn, {
    labels: { alertname: 'CloudWatchAlarm', alarm: name, severity, team: env.TEAM, source: 'cloudwatch', region },
    annotations: { summary: summary || name, description: String(reason || '').slice(0, LONGEST_TEXT) },
    generatorURL: `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(name)}`,
    startsAt: firing || !known ? changed : known.startsAt,
    changed,
    ends: firing ? undefined : changed,
  });
};

const parsed = (text) => {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
};

const notice = (id, subject, text, when) => {
  const event = parsed(text);
  const { state, status = state, resourceArn = '' } = Object(event.detail); // of an event of EventBridge
  const told = event['detail-type'] && [event['detail-type'], status, resourceArn].filter(Boolean).join(' ');
  const summary = event['Event Message'] || told || subject || text;
  const source = event['Event Source'] ? 'rds' : event.source === 'aws.backup' ? 'backup' : /budget/i.test(subject) ? 'budgets' : 'aws';
  // RDS also tells what it has done; backups and budgets speak where something is amiss
  const severity = source === 'rds' && !/fail|low|storage|unable|error|incompatible/i.test(summary) ? 'info' : 'warning';
  alerts.set(id, {
    labels: { alertname: 'AwsNotice', notice: id, severity, team: env.TEAM, source },
    annotations: { summary: String(summary).slice(0, 200), description: text.slice(0, LONGEST_TEXT) },
    startsAt: when,
    changed: when,
    ends: when + NOTICE_MS,
  });
};

const read = ({ Body }) => {
  const { Type, TopicArn, MessageId, Subject = '', Message = '', Timestamp } = parsed(Body);
  if (Type !== 'Notification' || !TOPICS.includes(TopicArn)) return console.error('a message of no topic of this stack');
  const news = parsed(Message);
  if (news.AlarmArn && news.NewStateValue) {
    return alarm({
      name: news.AlarmName,
      arn: news.AlarmArn,
      says: news.AlarmDescription || '',
      reason: news.NewStateReason,
      state: news.NewStateValue,
      changed: Date.parse(news.StateChangeTime) || Date.parse(Timestamp),
    });
  }
  return notice(MessageId, Subject, Message, Date.parse(Timestamp) || Date.now());
};

const inAlarm = async (topic) => {
  const found = [];
  let NextToken;
  do {
    // the topic as the action: alarms of this stack, and of no other one in the account
    const question = { StateValue: 'ALARM', ActionPrefix: topic, AlarmTypes: ['MetricAlarm'], NextToken };
    const answer = await cloudwatch(regionOf(topic), 'DescribeAlarms', question);
    found.push(...(answer.MetricAlarms || []).filter(({ StateValue }) => StateValue === 'ALARM'));
    ({ NextToken } = answer);
  } while (NextToken);
  return found;
};

let askedAt = -Infinity;
const reconcile = async () => {
  const asked = await Promise.all(TOPICS.map(inAlarm));
  const now = Date.now();
  const listed = new Set();
  for (const each of asked.flat()) {
    listed.add(each.AlarmArn);
    if (alerts.get(each.AlarmArn)?.ends !== undefined && now - alerts.get(each.AlarmArn).changed < SETTLED_MS) continue;
    if (alerts.has(each.AlarmArn) && alerts.get(each.AlarmArn).ends === undefined) continue;
    alarm({
      name: each.AlarmName,
      arn: each.AlarmArn,
      says: each.AlarmDescription || '',
      reason: each.StateReason,
      state: 'ALARM',
      changed: (each.StateTransitionedTimestamp || each.StateUpdatedTimestamp) * SECOND,
    });
  }
  for (const [arn, each] of alerts) {
    const missed = each.labels.alertname === 'CloudWatchAlarm' && each.ends === undefined && !listed.has(arn);
    if (missed && now - each.changed > SETTLED_MS) Object.assign(each, { ends: now, changed: now });
  }
  askedAt = now;
};

// Each Alertmanager is told itself: they share what they have sent, not what they have heard.
const tell = async () => {
  const now = Date.now();
  for (const [key, { ends }] of alerts) if (ends !== undefined && now - ends > ENDED_MS) alerts.delete(key);
  const body = JSON.stringify(
    [...alerts.values()].map(({ labels, annotations, generatorURL, startsAt, ends }) => ({
      labels,
      annotations,
      generatorURL,
      startsAt: new Date(startsAt).toISOString(),
      endsAt: new Date(ends ?? now + KEPT_MS).toISOString(),
    })),
  );
  const [host, port] = env.ALERTMANAGER.split(':');
  const addresses = await dns.lookup(host, { all: true });
  const answers = await Promise.allSettled(
    addresses.map(async ({ address, family }) => {
      const url = `http://${family === 6 ? `[${address}]` : address}:${port}/api/v2/alerts`;
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(10 * SECOND) });
      if (!answer.ok) throw new Error(`${address}: status ${answer.status}: ${(await answer.text()).slice(0, LONGEST_TEXT)}`);
    }),
  );
  const refused = answers.filter(({ status }) => status === 'rejected').map(({ reason }) => reason);
  for (const each of refused) say('Alertmanager', each);
  // the others hear of it in the next round
  if (refused.length === answers.length) throw new Error('no Alertmanager takes alerts');
};

let roundAt = -Infinity;
const round = async () => {
  if (Date.now() - askedAt > ASK_MS) await reconcile().catch((error) => say('CloudWatch', error));
  await tell(); // and only then take messages: one that nobody takes on must not wear out
  const taken = await sqs('ReceiveMessage', { MaxNumberOfMessages: 10, WaitTimeSeconds: WAIT_SECONDS });
  const messages = taken.Messages || [];
  for (const each of messages) read(each);
  if (messages.length) {
    await tell();
    const Entries = messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs('DeleteMessageBatch', { Entries });
  }
  roundAt = Date.now();
  told.clear();
};

const run = async () => {
  for (;;) {
    await round().catch((error) => {
      say('round', error);
      return new Promise((resolve) => setTimeout(resolve, Math.min(5, WAIT_SECONDS) * SECOND));
    });
  }
};

serve(env.PORT, {
  '/livez': async () => undefined,
  '/readyz': async () => {
    if (Date.now() - roundAt > LATE_MS) throw new Error(`no round since ${LATE_MS / SECOND} s: ${[...told.values()].join('; ')}`);
  },
});
process.on('SIGTERM', () => process.exit(0));
run();
