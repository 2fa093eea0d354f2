// Closes holes of Flowise's that nobody mends any more, around its files: a module is changed as soon as it has loaded,
// before anybody takes anything of it. Where it is not as in 3.1.4 nothing is guessed: the process says so and ends.
'use strict';
const Module = require('module');

// each gives what it changes, by the module's file
const PATCHES = {
  key_permissions: require('./key_permissions.cjs'),
  oauth2_callback: require('./oauth2_callback.cjs'),
  oauth2_refresh: require('./oauth2_refresh.cjs'),
  public_config: require('./public_config.cjs'),
  speech_login: require('./speech_login.cjs'),
};

const misfit = (name, why) => {
  console.error(`patch ${name} does not fit: ${why}. It is for flowise 3.1.4; docs/operations/patches.md says what to do`);
  process.exit(1);
};

const attempt = (name, work) => {
  try {
    return work();
  } catch (error) {
    return misfit(name, error.message.split('\n')[0]);
  }
};

// Gives what rejects as long as a module has not been loaded that a server would have by the time it answers.
module.exports = (flowise) => {
  const changes = new Map();
  for (const [name, patch] of Object.entries(PATCHES)) {
    for (const [file, change] of Object.entries(attempt(name, () => patch(flowise)))) {
      const path = attempt(name, () => flowise.resolve(file));
      changes.set(path, [...(changes.get(path) ?? []), [name, change]]);
    }
  }
  const due = new Set(changes.keys());
  const load = Module._extensions['.js'];
  Module._extensions['.js'] = function (module, path) {
    load.call(this, module, path);
    for (const [name, change] of changes.get(path) ?? []) attempt(name, () => change(module.exports));
    due.delete(path);
  };
  return async () => {
    if (due.size) throw new Error(`patches: not loaded: ${[...due].join(', ')}`);
  };
};
