// A tool for agents: one SQL statement, written by whoever builds the flow, with values that the model chooses.
'use strict';

const { DynamicStructuredTool } = require('@langchain/core/tools');
const { z } = require('zod');
const { getBaseClasses, getCredentialData, getCredentialParam } = require('../../../src/utils');
const { ask, parametersOf } = require('./statement.cjs');

class DatabricksQuery {
  constructor() {
    this.label = 'Databricks Query';
    this.name = 'databricksQuery';
    this.version = 1.0;
    this.type = 'DatabricksQuery';
    this.icon = 'databricks.svg';
    this.category = 'Tools';
    this.description = 'Ask a Databricks SQL warehouse by a statement that is fixed, with values from the model';
    this.baseClasses = [this.type, ...getBaseClasses(DynamicStructuredTool), 'Tool'];
    this.credential = {
      label: 'Token',
      name: 'credential',
      type: 'credential',
      description: "A Databricks token, kept as an OpenAI API key: the one that the platform's setup makes will do",
      credentialNames: ['openAIApi'],
    };
    this.inputs = [
      { label: 'Name', name: 'toolName', type: 'string', placeholder: 'orders_of_customer' },
      {
        label: 'Description',
        name: 'toolDescription',
        type: 'string',
        rows: 3,
        description: 'When the model should use it, and what it gives',
        placeholder: 'The orders of a customer in a year, newest first',
      },
      {
        label: 'Statement',
        name: 'statement',
        type: 'string',
        rows: 6,
        description: 'SQL; what the model chooses is a named parameter, never a part of the text',
        placeholder: 'SELECT id, placed_on, total FROM shop.orders WHERE customer = :customer AND year(placed_on) = :year',
      },
      { label: 'Warehouse', name: 'warehouse', type: 'string', description: "The SQL warehouse's id", acceptVariable: true },
      {
        label: 'Workspace',
        name: 'workspace',
        type: 'string',
        description: 'Its address; DATABRICKS_URL of the environment where it is empty',
        placeholder: 'https://dbc-1a2b3c4d-5e6f.cloud.databricks.com',
        acceptVariable: true,
        optional: true,
        additionalParams: true,
      },
      { label: 'Rows at most', name: 'rows', type: 'number', default: 100, step: 1, optional: true, additionalParams: true },
    ];
  }

  async init(nodeData, _input, options) {
    const { toolName, toolDescription, statement, warehouse, rows, workspace } = nodeData.inputs || {};
    const url = workspace || process.env.DATABRICKS_URL;
    const missing = Object.entries({ Name: toolName, Description: toolDescription, Statement: statement, Warehouse: warehouse, Workspace: url })
      .filter(([, value]) => !value)
      .map(([label]) => label);
    if (missing.length) throw new Error(`Databricks Query: fill in ${missing.join(', ')}`);
    const credential = await getCredentialData(nodeData.credential ?? '', options);
    const token = getCredentialParam('openAIApiKey', credential, nodeData);
    if (!token) throw new Error('Databricks Query: choose a credential that holds a token');
    const schema = Object.fromEntries(parametersOf(statement).map((name) => [name, z.string().describe(`value of :${name}`)]));
    return new DynamicStructuredTool({
      name: toolName.toLowerCase().replace(/[^a-z0-9_-]+/g, '_'),
      description: toolDescription,
      schema: z.object(schema),
      // a model reads what went wrong, and may ask better
      func: (values) =>
        ask({ url, token, warehouse, statement, values, rows: Number(rows || 100) }).then(JSON.stringify, (error) => `Error: ${error.message}`),
    });
  }
}

module.exports = { nodeClass: DatabricksQuery };
