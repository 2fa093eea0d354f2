// Writes what Flowise's API told as the files of `python -m tools.flows export`, to the byte: tools/flows says what and
// why, tests/tools/flows/test_script.py holds both to the same.
'use strict';
const crypto = require('crypto');
const spec = require('./flow_files.json');

const [TEXT, PLAIN, CREDENTIAL] = ['$text', '$plain', '$credential'];
const MANIFEST = 'flowise.json';
const [SHORT, SLUG] = [8, 48];
const ENDS = new RegExp(spec.text_ends);
const REFERENCE = new RegExp(spec.reference, 'g');
const KEY = new RegExp(spec.secret_key);
const VARIABLE = new RegExp(spec.secret_variable);
const TEXTS = spec.secret_texts.map((pattern) => new RegExp(pattern, 'gd'));

class Reference {
  constructor(named, id) {
    Object.assign(this, { named, id });
  }
}

const isMapping = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const mapped = (value, change) => Object.fromEntries(Object.entries(value).map(([key, each]) => [key, change(each, key)]));
// not of the code units, of which a key of digits alone would come first
const sorted = (value) => Object.keys(value).sort((one, other) => (one < other ? -1 : Number(one > other)));
const without = (value, names) => Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key)));
const present = (row, names) =>
  Object.fromEntries(names.filter((name) => row[name] !== null && row[name] !== undefined).map((name) => [name, row[name]]));

const walk = (given, path, change) => {
  const value = change(given, path);
  if (value instanceof Reference) return value;
  if (isMapping(value)) return mapped(value, (each, key) => walk(each, [...path, key], change));
  if (!Array.isArray(value)) return value;
  const named = (each, number) => (isMapping(each) && typeof each.id === 'string' && each.id) || String(number);
  return value.map((each, number) => walk(each, [...path, named(each, number)], change));
};

// ---- how a file is written

const encoded = (value) => {
  if (typeof value === 'string') {
    const lines = value.split(ENDS).filter(Boolean);
    return lines.length > 1 ? { [TEXT]: lines } : value;
  }
  if (value instanceof Reference) return { [CREDENTIAL]: value.named, ...(value.id ? { id: value.id } : {}) };
  if (Array.isArray(value)) return value.map(encoded);
  if (!isMapping(value)) return value;
  const inner = mapped(value, encoded);
  return [TEXT, PLAIN, CREDENTIAL].some((key) => Object.hasOwn(value, key)) ? { [PLAIN]: inner } : inner;
};

const compact = (value) => {
  if (Array.isArray(value)) return `[${value.map(compact).join(', ')}]`;
  if (!isMapping(value)) return JSON.stringify(value);
  return `{${sorted(value).map((key) => `${JSON.stringify(key)}: ${compact(value[key])}`).join(', ')}}`;
};

const dump = (value, indent, key) => {
  const empty = value === null || typeof value !== 'object' || !Object.keys(value).length;
  if (empty || spec.one_line.includes(key)) return compact(value);
  const inner = `${indent}  `;
  const byItem = spec.item_lines.includes(key);
  const write = (each, name) => (byItem ? compact(each) : dump(each, inner, name));
  const lines = Array.isArray(value)
    ? value.map((each) => inner + write(each, ''))
    : sorted(value).map((name) => `${inner}${JSON.stringify(name)}: ${write(value[name], name)}`);
  const [opened, closed] = Array.isArray(value) ? '[]' : '{}';
  return `${opened}\n${lines.join(',\n')}\n${indent}${closed}`;
};

const dumps = (document) => {
  const lines = Object.entries(document).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${dump(encoded(value), '  ', key)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
};

// ---- what is left out

const spans = (text) => {
  if (text.startsWith('data:')) return [];
  const found = TEXTS.flatMap((pattern) => [...text.matchAll(pattern)])
    .filter((each) => !each[1].includes(spec.marker))
    .map((each) => each.indices[1])
    .sort(([a, b], [c, d]) => a - c || b - d);
  const apart = [];
  for (const [start, end] of found) {
    const last = apart.at(-1);
    if (last && start < last[1]) last[1] = Math.max(end, last[1]);
    else apart.push([start, end]);
  }
  return apart;
};

const saysSomething = (text) => !text.includes(spec.marker) && text.replace(REFERENCE, '') !== '';

const marked = (value, path, places) => {
  const named = ['key', 'name'].map((key) => value[key]).find((each) => typeof each === 'string') ?? '';
  const hide = (holder, key, where) => {
    if (typeof holder[key] !== 'string' || !saysSomething(holder[key])) return holder[key];
    places.add([...where, key].join('\0'));
    return spec.marker;
  };
  const changed = mapped(value, (each, key) => (KEY.test(key === 'value' ? named : key) ? hide(value, key, path) : each));
  const passwords = (Array.isArray(value.inputParams) ? value.inputParams : []).filter(
    (each) => isMapping(each) && each.type === 'password',
  );
  if (passwords.length && isMapping(value.inputs)) {
    changed.inputs = { ...value.inputs };
    for (const { name } of passwords)
      if (Object.hasOwn(value.inputs, name)) changed.inputs[name] = hide(value.inputs, name, [...path, 'inputs']);
  }
  return changed;
};

const masked = (text, path, places) => {
  const found = spans(text);
  if (!found.length) return text;
  places.add(path.join('\0'));
  const starts = [0, ...found.map(([, end]) => end)];
  const ends = [...found.map(([start]) => start), text.length];
  return starts.map((start, number) => text.slice(start, ends[number])).join(spec.marker);
};

const taken = (document) => {
  const places = new Set();
  const change = (value, path) => {
    if (!path.length || path.some((key) => spec.definitions.includes(key)) || value instanceof Reference) return value;
    if (isMapping(value)) return marked(value, path, places);
    return typeof value === 'string' ? masked(value, path, places) : value;
  };
  return [walk(document, [], change), [...places].sort().map((place) => place.split('\0').join('.'))];
};

// ---- what a file holds of a row

const parsed = (value) => {
  if (typeof value !== 'string') return value;
  try {
    const found = JSON.parse(value);
    return found !== null && typeof found === 'object' ? found : value;
  } catch {
    return value;
  }
};

// what the canvas writes; whatever else an API's client put there is kept as it is
const isGraph = (flow) =>
  isMapping(flow) &&
  [flow.nodes, flow.edges].every((list) => Array.isArray(list) && list.every(isMapping)) &&
  flow.nodes.every(({ id }) => typeof id === 'string');

const apart = (flow) => {
  if (!isGraph(flow)) return [flow, null];
  const kept = (node) => {
    const rest = without(node, [...spec.node_volatile, ...spec.node_layout]);
    return isMapping(rest.data) ? { ...rest, data: without(rest.data, spec.data_volatile) } : rest;
  };
  const laid = flow.nodes.map((node) => [node.id, present(node, spec.node_layout)]);
  const edges = flow.edges.map((edge) => without(edge, spec.node_volatile));
  return [{ nodes: flow.nodes.map(kept), edges }, laid.length ? Object.fromEntries(laid) : null];
};

const documentOf = (kind, row) => {
  const shape = spec.kinds[kind].as;
  const given = { ...row };
  for (const name of spec.json_fields) given[name] = parsed(given[name]);
  if ((shape === 'flow' || shape === 'template') && given.flowData) [given.flow, given.layout] = apart(parsed(given.flowData));
  if (shape === 'flow') {
    const server = parsed(given.mcpServerConfig);
    if (isMapping(server) && server.enabled)
      given.mcpServer = { toolName: server.toolName ?? null, description: server.description ?? null };
  }
  if (shape === 'variable' && given.type !== 'static') given.value = null;
  if (shape === 'store') given.loaders = (given.loaders || []).map((each) => present(each, spec.loader_fields));
  return present(given, spec.fields[shape]);
};

const slug = (name) =>
  name
    .normalize('NFKD')
    .replace(/[^\x00-\x7f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, SLUG)
    .replace(/-+$/, '');

const pathOf = (kind, key, name) => {
  const short = kind === 'variables' ? crypto.createHash('sha256').update(key).digest('hex') : key;
  return `${kind}/${[slug(name), short.slice(0, SHORT)].filter(Boolean).join('-')}.json`;
};

const nameOf = (kind, document) =>
  kind !== 'assistants' ? document.name : isMapping(document.details) ? String(document.details.name || '') : '';

const fileOf = (kind, row, known, secretVariables) => {
  const found = documentOf(kind, row);
  const path = pathOf(kind, String(kind === 'variables' ? row.name : row.id), nameOf(kind, found));
  if (kind === 'variables') {
    const value = found.value || '';
    const secret = value && (secretVariables.includes(row.name) || VARIABLE.test(row.name) || spans(value).length > 0);
    return { path, document: secret ? { ...found, value: spec.marker } : found, places: secret ? ['value'] : [] };
  }
  const referring = walk(found, [], (value) => (typeof value === 'string' && known.get(value)) || value);
  const [document, places] = taken(referring);
  return { path, document, places };
};

// The files by path: `rows` are what the API lists by the path of the list.
const files = (version, credentials, rows, secretVariables) => {
  const references = credentials.map((each) => `${each.credentialName}: ${each.name}`);
  const often = (named) => references.filter((each) => each === named).length > 1;
  const known = new Map(
    credentials.map(({ id }, number) => [id, new Reference(references[number], often(references[number]) ? id : '')]),
  );
  const listed = Object.entries(spec.kinds).flatMap(([kind, about]) =>
    rows[about.list]
      .filter((row) => (!about.type || about.type === (row.type || 'CHATFLOW')) && !row.shared)
      .map((row) => fileOf(kind, row, known, secretVariables)),
  );
  listed.sort((one, other) => (one.path < other.path ? -1 : 1));
  const manifest = {
    format: spec.format,
    flowise: version,
    credentials: sorted(Object.fromEntries(references.map((each) => [each, true]))),
    left_out: listed.flatMap(({ path, places }) => places.map((place) => `${path}: ${place}`)),
  };
  return { [MANIFEST]: dumps(manifest), ...Object.fromEntries(listed.map(({ path, document }) => [path, dumps(document)])) };
};

module.exports = { files, spec };
