"""What image/package.json puts in the place of vulnerable packages, doing what Flowise asks of them."""

import json
from pathlib import Path

import pytest

from tests.node import run

from .client import model

pytestmark = pytest.mark.live

COMPONENTS = """
const { createRequire } = require('module');
const flowise = createRequire(`${process.env.FLOWISE_PACKAGE}/bin/run`);
const components = createRequire(flowise.resolve('flowise-components'));
const show = (what) => console.log(`shown ${JSON.stringify(what)}`);
"""
RUN_CODE = """
const { createCodeExecutionSandbox, executeJavaScriptCode } = components('./utils.js');
const sandbox = { ...createCodeExecutionSandbox('', [], {}), $url: process.env.MODEL_URL };
executeJavaScriptCode(process.env.CODE, sandbox).then(show, (error) => show(error.message)).then(() => process.exit());
"""
# beside what works, the ways out of a sandbox that everybody tries first
CODE = """
const { createHash } = require('crypto');
const axios = require('axios');
const answer = await axios.post($url, { messages: [{ content: 'axios?' }] });
const tried = [() => require('fs'), () => this.constructor.constructor('return process')(), () => process.env];
const refused = tried.filter((each) => { try { return !each(); } catch { return true; } });
const digest = createHash('sha256').update('a').digest('hex').slice(0, 8);
return [digest, answer.data.choices[0].message.content, refused.length];
"""
READ_SHEETS = """
const { LoadOfSheet } = components('../nodes/documentloaders/MicrosoftExcel/ExcelLoader.js');
const xlsx = components('xlsx');
const book = xlsx.utils.book_new();
xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet([['name', 'count'], ['first', 1]]), 'Sheet');
const read = async (kind) => {
  const file = `${process.env.FOLDER}/sheet.${kind}`;
  xlsx.writeFile(book, file);
  return (await new LoadOfSheet(file).load()).map((each) => each.pageContent);
};
Promise.all(process.env.KINDS.split(' ').map(read)).then(show);
"""
# every langchain of the tree, of four generations, against one langsmith
TRACE = """
const fs = require('fs'), http = require('http'), path = require('path');
const TREE = path.join(process.env.FLOWISE_PACKAGE, '..');
const cores = fs.globSync('**/@langchain/core/package.json', { cwd: TREE }).map((at) => path.join(TREE, at, '..'));
const first = (core, ...names) => names.map((name) => `${core}/dist/${name}`).find((name) => fs.existsSync(name));
process.env.LANGCHAIN_CALLBACKS_BACKGROUND = 'false';
const paths = [];
const server = http.createServer((asked, answer) => {
  paths.push(asked.url);
  asked.resume().on('end', () => answer.setHeader('content-type', 'application/json').end('{}'));
});
const traced = async (core) => {
  paths.length = 0;
  const { Client } = require(createRequire(`${core}/index.js`).resolve('langsmith'));
  const { LangChainTracer } = require(`${core}/dist/tracers/tracer_langchain.cjs`);
  const { RunnableLambda } = require(first(core, 'runnables/index.cjs', 'runnables/base.cjs'));
  const client = new Client({ apiUrl: `http://127.0.0.1:${server.address().port}`, apiKey: 'k' });
  const callbacks = [new LangChainTracer({ client, projectName: 'p' })];
  const answer = await RunnableLambda.from((number) => number + 1).invoke(1, { callbacks });
  await client.awaitPendingTraceBatches();
  return [require(`${core}/package.json`).version.split('.').slice(0, 2).join('.'), answer, paths.at(-1)];
};
server.listen(0, '127.0.0.1', async () => {
  const all = [];
  for (const core of cores) all.push(await traced(core));
  show(all.sort());
  process.exit();
});
"""
# a server that takes a mail from whoever logs in
MAIL = """
const net = require('net');
const said = [];
const server = net.createServer((socket) => {
  const say = (line) => socket.write(`${line}\\r\\n`);
  say('220 stand-in ESMTP');
  socket.on('data', (bytes) => {
    for (const line of String(bytes).split('\\r\\n').filter(Boolean)) {
      said.push(line);
      if (line.startsWith('EHLO')) { say('250-stand-in'); say('250 AUTH PLAIN'); }
      else if (line.startsWith('AUTH')) say('235 in');
      else if (line === 'DATA') say('354 go on');
      else if (line === '.' || /^(MAIL|RCPT)/.test(line)) say('250 taken');
    }
  });
});
server.listen(0, '127.0.0.1', async () => {
  Object.assign(process.env, {
    SMTP_HOST: '127.0.0.1', SMTP_PORT: String(server.address().port), SMTP_SECURE: 'false',
    SMTP_USER: 'user', SMTP_PASSWORD: 'password', SENDER_EMAIL: 'flowise@example.com',
  });
  const mail = flowise(`${process.env.FLOWISE_PACKAGE}/dist/enterprise/utils/sendEmail.js`);
  await mail.sendPasswordResetEmail('owner@example.com', 'https://flowise.example.com/reset');
  const wanted = ['RCPT TO:<owner@example.com>', 'https://flowise.example.com/reset'];
  show(wanted.map((part) => said.join('').includes(part)));
  process.exit();
});
"""


def shown(script: str, package: Path, **environment: str) -> object:
    """Run a script that asks Flowise's components; give what it shows beside what they say."""
    said = run(COMPONENTS + script, FLOWISE_PACKAGE=str(package), **environment)
    return json.loads(next(line for line in said.splitlines() if line.startswith("shown ")).removeprefix("shown "))


def test_code_of_a_flow_asks_others_and_stays_in_its_sandbox(package: Path) -> None:
    with model() as talker:
        # the model stands at an address of this machine, which Flowise refuses otherwise
        settings = {"MODEL_URL": talker.url, "CODE": CODE, "HTTP_SECURITY_CHECK": "false"}
        assert shown(RUN_CODE, package, **settings) == ["ca978112", "heard: axios?", 3]


def test_sheets_are_read(package: Path, tmp_path: Path) -> None:
    kinds = "xlsx xls ods csv"
    pages = shown(READ_SHEETS, package, FOLDER=str(tmp_path), KINDS=kinds)
    assert pages == [["- name: first\n- count: 1\n"]] * len(kinds.split())


def test_each_langchain_of_the_tree_traces(package: Path) -> None:
    traced = shown(TRACE, package)
    assert isinstance(traced, list)
    assert {version for version, _, _ in traced} == {"0.2", "0.3", "1.1", "1.4"}
    assert [each[1:] for each in traced] == [[2, "/runs/multipart"]] * len(traced)


def test_mail_is_sent(package: Path) -> None:
    assert shown(MAIL, package) == [True, True]
