// Node asks a name's every address, to choose a family among them. Flowise's client for whatever a flow names (the HTTP
// node, tools, loaders, OAuth) answers with the one that it has judged (flowise-components 3.1.4, httpSecurity.js,
// createPinnedAgent), and Node refuses that: "Invalid IP address: undefined". So one address is asked for, as formerly.
'use strict';
require('net').setDefaultAutoSelectFamily(false);
