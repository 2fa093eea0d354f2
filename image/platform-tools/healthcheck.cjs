// Exits with 0 when the script in this container says that it lives (/livez), and says why not otherwise. A container
// whose environment names no port runs a script to its end: there is nobody to ask, and its packages are looked at.
'use strict';
const { dependencies } = require('./package.json');

const LONGEST_MS = 5000;
const port = process.env.PORT || process.env.METRICS_PORT;

const check = async () => {
  if (!port) {
    for (const name of Object.keys(dependencies)) require(name);
    return;
  }
  const answer = await fetch(`http://127.0.0.1:${port}/livez`, { signal: AbortSignal.timeout(LONGEST_MS) });
  if (!answer.ok) throw new Error(`status ${answer.status}: ${(await answer.text()).slice(0, 200)}`);
};

check().then(
  () => process.exit(0),
  (error) => {
    console.error(error.cause?.message || error.message);
    process.exit(1);
  },
);
