// Makes the application's roles and database, as often as it is run. It logs in as the master, whose password RDS keeps
// and changes in Secrets Manager. Environment: DATABASE_HOST, DATABASE_PORT, DATABASE_NAME, OWNER_ROLE,
// MASTER_SECRET_ARN, LOGIN_SECRET_ARNS (separated by commas; each a JSON object with username and password).
'use strict';
const crypto = require('crypto');
const { Client } = require('pg');
const { SecretsManagerClient, GetSecretValueCommand } = require('@aws-sdk/client-secrets-manager');

const env = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set`);
  return process.env[name];
};

// A verifier instead of the password, so that the statement tells the database's log nothing (RFC 5803).
const verifier = (password) => {
  const [iterations, salt] = [4096, crypto.randomBytes(16)];
  const salted = crypto.pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const hmac = (text) => crypto.createHmac('sha256', salted).update(text).digest();
  const stored = crypto.createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
};

const roles = async (client, owner, logins) => {
  const make = async (role, kind) => {
    const known = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
    if (!known.rowCount) await client.query(`CREATE ROLE ${client.escapeIdentifier(role)} ${kind}`);
  };
  const own = client.escapeIdentifier(owner);
  await make(owner, 'NOLOGIN');
  await client.query(`GRANT ${own} TO CURRENT_USER`); // whoever gives a database away must be able to be its owner
  for (const { username, password } of logins) {
    const login = client.escapeIdentifier(username);
    await make(username, 'LOGIN');
    await client.query(`ALTER ROLE ${login} PASSWORD ${client.escapeLiteral(verifier(password))}`);
    await client.query(`GRANT ${own} TO ${login}`);
    await client.query(`ALTER ROLE ${login} SET role TO ${own}`); // what one login makes, the next one owns as well
  }
};

const database = async (client, name, owner) => {
  const [base, own] = [client.escapeIdentifier(name), client.escapeIdentifier(owner)];
  const known = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  await client.query(known.rowCount ? `ALTER DATABASE ${base} OWNER TO ${own}` : `CREATE DATABASE ${base} OWNER ${own}`);
  await client.query(`REVOKE ALL ON DATABASE ${base} FROM PUBLIC`);
};

const main = async () => {
  const secrets = new SecretsManagerClient({});
  const secret = async (arn) =>
    JSON.parse((await secrets.send(new GetSecretValueCommand({ SecretId: arn }))).SecretString);
  const [host, port, name, owner] = ['DATABASE_HOST', 'DATABASE_PORT', 'DATABASE_NAME', 'OWNER_ROLE'].map(env);
  const master = await secret(env('MASTER_SECRET_ARN'));
  const logins = await Promise.all(env('LOGIN_SECRET_ARNS').split(',').map(secret));
  const connect = async (to) => {
    const ssl = { rejectUnauthorized: true };
    const { username: user, password } = master;
    const client = new Client({ host, port: Number(port), user, password, ssl, database: to });
    await client.connect();
    return client;
  };
  const first = await connect('postgres');
  await roles(first, owner, logins);
  await database(first, name, owner);
  await first.end();
  const inside = await connect(name);
  await inside.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await inside.end();
  console.log(`database ${name} of ${owner} is ready for ${logins.map((login) => login.username).join(' and ')}`);
};

main().catch((error) => {
  console.error(`database setup failed: ${error.message}`);
  process.exit(1);
});
