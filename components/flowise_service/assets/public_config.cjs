// CVE-2026-41266, CVE-2026-41278: whoever knows a flow's id reads all its nodes, prompts and code among them, and the ids of
// credentials. An embedded chat reads these alone (flowise-embed 3.1.6, and the one that flowise-ui 3.1.4 brings).
'use strict';

const INPUTS = ['startInputType', 'formInputTypes', 'formTitle', 'formDescription'];

const start = (flowData) => {
  const found = (JSON.parse(flowData).nodes ?? []).find(({ data }) => data?.name === 'startAgentflow');
  const inputs = Object.entries(found?.data.inputs ?? {}).filter(([name]) => INPUTS.includes(name));
  const nodes = found ? [{ id: found.id, data: { name: found.data.name, inputs: Object.fromEntries(inputs) } }] : [];
  return JSON.stringify({ nodes, edges: [] });
};

const shown = (config) => {
  if (typeof config !== 'object') return config;
  const { flowData, followUpPrompts, ...others } = config;
  return {
    ...others,
    ...(flowData && { flowData: start(flowData) }),
    ...(followUpPrompts && { followUpPrompts: { status: followUpPrompts.status } }),
  };
};

module.exports = () => ({
  '../dist/services/chatflows/index.js': ({ default: service }) => {
    const { getSinglePublicChatbotConfig } = service;
    if (typeof getSinglePublicChatbotConfig !== 'function') throw new Error('no getSinglePublicChatbotConfig');
    service.getSinglePublicChatbotConfig = async (id) => shown(await getSinglePublicChatbotConfig(id));
  },
});
