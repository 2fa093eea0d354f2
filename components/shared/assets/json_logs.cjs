// Applications log lines of text, and stack traces over many lines: each write becomes one JSON object on a line.
'use strict';

const LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[(\w+)\]: ([\s\S]*)$/;

// what else is known while a line is written, such as the request it belongs to
const known = [];
exports.tell = (more) => known.push(more);

const entry = (text, otherwise) => {
  const found = LINE.exec(text);
  const [level, message] = found ? [found[1].toLowerCase(), found[2]] : [otherwise, text];
  const more = Object.assign({}, ...known.map((ask) => ask()));
  return `${JSON.stringify({ time: new Date().toISOString(), level, message, ...more })}\n`;
};

const wrap = (stream, level) => {
  const write = stream.write.bind(stream);
  stream.write = (chunk, encoding, done) => {
    const [kind, after] = typeof encoding === 'function' ? [undefined, encoding] : [encoding, done];
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString(kind);
    const trimmed = text.replace(/\u001b\[[0-9;]*m/g, '').trim();
    return trimmed ? write(entry(trimmed, level), after) : write('', after);
  };
};

wrap(process.stdout, 'info');
wrap(process.stderr, 'error');
