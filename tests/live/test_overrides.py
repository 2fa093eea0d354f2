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
