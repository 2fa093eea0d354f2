// Asks the site as people's programs do, through the CDN, and looks at the answer. What throws is a failed check.
// It runs in a canary of CloudWatch Synthetics: no key, question or answer goes into its log.
'use strict';

const secretText = async (arn) => {
  const { SecretsManagerClient, GetSecretValueCommand } = require('@aws-sdk/client-secrets-manager');
  const client = new SecretsManagerClient({ region: arn.split(':')[3] });
  return (await client.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString.trim();
};

const check = async (environment, secret = secretText) => {
  const { SITE_URL, ASKED_PATH, BODY, ANSWER_FIELD, EXPECTED, MAX_SECONDS, API_KEY_ARN, EDGE_KEY_ARN } = environment;
  const headers = { 'user-agent': 'synthetic-check' };
  if (BODY) headers['content-type'] = 'application/json';
  if (API_KEY_ARN) headers.authorization = `Bearer ${await secret(API_KEY_ARN)}`;
  if (EDGE_KEY_ARN) headers['x-api-key'] = await secret(EDGE_KEY_ARN);
  const begun = Date.now();
  let response;
  let body;
  try {
    response = await fetch(`${SITE_URL}${ASKED_PATH}`, {
      method: BODY ? 'POST' : 'GET',
      headers,
      body: BODY || undefined,
      redirect: 'error',
      signal: AbortSignal.timeout(Number(MAX_SECONDS) * 1000),
    });
    body = await response.text();
  } catch (error) {
    const late = error.name === 'TimeoutError';
    throw new Error(late ? `no answer within ${MAX_SECONDS} s` : `no answer: ${error.cause?.code ?? error.cause?.message ?? error.message}`);
  }
  if (response.status !== 200) throw new Error(`the answer's status is ${response.status}`);
  let text = body;
  try {
    if (ANSWER_FIELD) text = JSON.parse(body)[ANSWER_FIELD];
  } catch {
    // CloudFront or a proxy has answered in the application's place
    throw new Error('the answer is no JSON');
  }
  if (typeof text !== 'string' || text.trim() === '') throw new Error('the answer has no text');
  if (!text.toLowerCase().includes(EXPECTED.toLowerCase())) throw new Error('the text is not what is expected');
  return `answered in ${Date.now() - begun} ms`;
};

exports.check = check;
exports.handler = async () => {
  const told = await check(process.env);
  console.log(told);
  return told;
};
