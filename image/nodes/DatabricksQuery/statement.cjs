// Asks a Databricks SQL warehouse (Statement Execution API,
// https://docs.databricks.com/api/workspace/statementexecution/executestatement).
'use strict';

// the API's own bounds are 5 to 50 seconds; an agent's step waits for it
const WAIT_SECONDS = 30;
const ROWS_MOST = 10_000;

/** The names of a statement's parameters (`:customer`), each once; what stands in quotes or after `::` is none. */
function parametersOf(statement) {
  const bare = statement.replace(/--[^\n]*|\/\*[^]*?\*\/|'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|`[^`]*`/g, ' ');
  return [...new Set([...bare.matchAll(/(?<![:\w]):([A-Za-z_]\w*)/g)].map((found) => found[1]))];
}

/** The address of a workspace, which must be one of HTTPS alone: the token goes there. */
function workspace(url) {
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    throw new Error(`the workspace must be an address such as https://dbc-1a2b3c4d-5e6f.cloud.databricks.com, got "${url}"`);
  }
  const local = parsed.hostname === '127.0.0.1';
  if (parsed.protocol !== 'https:' && !local) throw new Error(`the workspace must be asked by https, got "${url}"`);
  return parsed.origin;
}

/**
 * Run a statement; give its rows as objects, at most `rows`, and whether there were more.
 *
 * Values go beside the statement and never into it, so that what a model writes cannot become SQL.
 */
async function ask({ url, token, warehouse, statement, values = {}, rows = 100 }) {
  const names = parametersOf(statement);
  const missing = names.filter((name) => values[name] === undefined || values[name] === null);
  if (missing.length) throw new Error(`no value for ${missing.map((name) => `:${name}`).join(', ')}`);
  const response = await fetch(`${workspace(url)}/api/2.0/sql/statements/`, {
    method: 'POST',
    redirect: 'error',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    signal: AbortSignal.timeout((WAIT_SECONDS + 10) * 1000),
    body: JSON.stringify({
      statement,
      warehouse_id: warehouse,
      parameters: names.map((name) => ({ name, value: String(values[name]) })),
      wait_timeout: `${WAIT_SECONDS}s`,
      on_wait_timeout: 'CANCEL',
      row_limit: Math.min(Math.max(1, Math.trunc(rows) || 1), ROWS_MOST),
      disposition: 'INLINE',
      format: 'JSON_ARRAY',
    }),
  });
  const said = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(`Databricks answers ${response.status}: ${said.message || 'nothing more'}`);
  const { state, error } = said.status || {};
  if (state === 'CANCELED') throw new Error(`Databricks took longer than ${WAIT_SECONDS} s: ask for less`);
  if (state !== 'SUCCEEDED') throw new Error(`Databricks says ${state}: ${error?.message || 'nothing more'}`);
  const columns = (said.manifest?.schema?.columns || []).map((column) => column.name);
  const found = (said.result?.data_array || []).map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]])));
  return { rows: found, truncated: Boolean(said.manifest?.truncated) };
}

module.exports = { ask, parametersOf, workspace };
