// As much of prom-client as the scripts use, with its refusals: labels that were not named, gauges without a number.
'use strict';

class Registry {
  constructor() {
    this.contentType = 'text/plain; version=0.0.4; charset=utf-8';
    this.all = [];
  }

  async metrics() {
    const lines = [];
    for (const metric of this.all) {
      if (metric.collect) await metric.collect();
      for (const [labels, value] of metric.values) lines.push(`${metric.name}${labels} ${value}`);
    }
    return `${lines.join('\n')}\n`;
  }
}

class Metric {
  constructor({ name, help, labelNames = [], registers, collect }) {
    if (!name || !help) throw new Error('Missing mandatory help or name parameter');
    Object.assign(this, { name, labelNames, collect, values: new Map() });
    for (const register of registers) register.all.push(this);
  }

  key(labels = {}) {
    for (const name of Object.keys(labels)) {
      if (!this.labelNames.includes(name)) throw new Error(`Added label "${name}" is not included in initial labelset`);
    }
    const named = this.labelNames.filter((name) => name in labels).map((name) => `${name}="${labels[name]}"`);
    return named.length ? `{${named.join(',')}}` : '';
  }

  add(labels, value) {
    if (typeof value !== 'number') throw new TypeError(`Value is not a valid number: ${value}`);
    const key = this.key(labels);
    this.values.set(key, (this.values.get(key) || 0) + value);
  }

  reset() {
    this.values.clear();
  }
}

class Gauge extends Metric {
  set(labels, value) {
    const [of, given] = typeof labels === 'number' ? [{}, labels] : [labels, value];
    if (typeof given !== 'number') throw new TypeError(`Value is not a valid number: ${given}`);
    this.values.set(this.key(of), given);
  }

  inc(labels, value = 1) {
    this.add(labels, value);
  }

  dec(labels, value = 1) {
    this.add(labels, -value);
  }
}

class Counter extends Metric {
  inc(labels, value = 1) {
    this.add(labels, value);
  }
}

class Histogram extends Metric {
  // one line per series: how many were seen
  observe(labels, value) {
    if (typeof value !== 'number') throw new TypeError(`Value is not a valid number: ${value}`);
    this.add(labels, 1);
  }
}

const collectDefaultMetrics = ({ register }) =>
  new Gauge({ name: 'process_start_time_seconds', help: 'as prom-client', registers: [register] }).set(1);

module.exports = { Registry, Gauge, Counter, Histogram, collectDefaultMetrics };
