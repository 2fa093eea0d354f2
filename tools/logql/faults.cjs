// Reads queries, a JSON string a line, and answers what is wrong with each: an empty line, or the fault.
//
// Grafana's grammar is the one that its editor reads by. It goes on after an error, and knows no rule beyond syntax: any
// error counts here, and so do Loki's own rules that a query is refused by before it runs
// (https://grafana.com/docs/loki/latest/query/log_queries and /metric_queries). It does not read templates, nor the
// expressions of `json`, `logfmt` and `pattern`.
'use strict';
const { parser } = require('@grafana/lezer-logql');

const COUNTS_LINES = ['CountOverTime', 'BytesOverTime', 'BytesRate'];
const COUNTS_EITHER = ['Rate', 'AbsentOverTime'];
const GROUPS = ['Avg', 'Min', 'Max', 'Stddev', 'Stdvar', 'Quantile', 'First', 'Last'].map((name) => `${name}OverTime`);
const WITH_A_NUMBER = ['Topk', 'Bottomk', 'Approx_Topk', 'QuantileOverTime'];
const MATCHES = ['Re', 'Nre', 'PipeMatch'];

const text = (query, node) => query.slice(node.from, node.to);

const children = (node) => {
  const found = [];
  for (let child = node.firstChild; child; child = child.nextSibling) found.push(child);
  return found;
};

const all = (node, name) => [
  ...(node.name === name ? [node] : []),
  ...children(node).flatMap((child) => all(child, name)),
];

// what a string says: in quotes as in Go, which for what anybody writes is as in JSON, or raw in backticks
const said = (query, node) => {
  const written = text(query, node);
  return written[0] === '"' ? JSON.parse(written) : written.slice(1, -1);
};

// RE2, as far as JavaScript differs: flags in front, named groups, and neither looking around nor back
const pattern = (re2) => {
  if (/\(\?(?:[=!]|<[=!])|\\[1-9]/.test(re2)) throw new SyntaxError(`RE2 does not look around or back: ${re2}`);
  const [, flags = '', rest] = /^(?:\(\?([ims]+)\))?(.*)$/s.exec(re2);
  return new RegExp(`^(?:${rest.replaceAll('(?P<', '(?<')})$`, flags.includes('s') ? flags : `${flags}s`);
};

// whether a matcher holds for a stream without the label
const holdsForNothing = (query, matcher) => {
  const [, comparison, value] = children(matcher);
  const wanted = said(query, value);
  switch (comparison.name) {
    case 'Eq':
      return wanted === '';
    case 'Neq':
      return wanted !== '';
    default:
      return pattern(wanted).test('') === (comparison.name === 'Re');
  }
};

const unreadable = (query, node) =>
  node.type.isError ? `it cannot be read from ${JSON.stringify(query.slice(node.from))}` : undefined;

const refused = (query, node) => {
  const [operator] = children(node);
  const name = operator?.firstChild?.name;
  if (node.name === 'String' && MATCHES.includes(node.prevSibling?.firstChild?.name ?? node.prevSibling?.name))
    pattern(said(query, node));
  if (node.name === 'Selector' && all(node, 'Matcher').every((matcher) => holdsForNothing(query, matcher)))
    return `${text(query, node)} needs a matcher that does not hold for an empty value`;
  if (WITH_A_NUMBER.includes(name) && !children(node).some((child) => child.name === 'Number'))
    return `${text(query, operator)} needs a number`;
  if (node.name === 'RangeAggregationExpr') {
    if (!GROUPS.includes(name) && children(node).some((child) => child.name === 'Grouping'))
      return `${text(query, operator)} does not group: let an aggregation around it do so`;
    const unwraps = all(node, 'UnwrapExpr').length > 0;
    if (!COUNTS_EITHER.includes(name) && unwraps === COUNTS_LINES.includes(name))
      return `${text(query, operator)} ${unwraps ? 'counts lines: it takes no' : 'needs an'} unwrap`;
  }
  return undefined;
};

const fault = (query) => {
  const tree = parser.parse(query);
  let found;
  try {
    for (const judge of [unreadable, refused]) tree.iterate({ enter: ({ node }) => void (found ??= judge(query, node)) });
  } catch (error) {
    found = error.message;
  }
  return (found ?? '').replaceAll('\n', ' ');
};

for (const line of require('fs').readFileSync(0, 'utf8').split('\n').slice(0, -1)) console.log(fault(JSON.parse(line)));
