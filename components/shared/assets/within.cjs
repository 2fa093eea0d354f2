// Waits for an answer, and no longer than so many milliseconds; an error begins with whom it is of.
'use strict';

module.exports = (promise, what, longestMs) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${longestMs} ms`)), longestMs);
  });
  return Promise.race([promise, late])
    .catch((error) => {
      throw new Error(`${what}: ${error.message}`);
    })
    .finally(() => clearTimeout(timer));
};
