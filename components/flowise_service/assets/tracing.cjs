// Traces requests, queries, calls to others, jobs, nodes of flows and calls of models with the OpenTelemetry packages of
// Flowise's own tree, where a collector is named. A trace goes from a server through the queue to a worker; from outside none is taken over.
'use strict';
const { createRequire } = require('module');

const env = process.env;
// a query may hold a token, and so may what is behind it
const ADDRESSES = ['http.url', 'http.target', 'url.full', 'url.path'];
const UNASKED = /^\/(?:api\/v1\/(?:ping|metrics)|assets\/|favicon)/;
// LangChain's names of providers (ls_provider), where those of OpenTelemetry's conventions differ
const PROVIDERS = {
  amazon_bedrock: 'aws.bedrock',
  azure: 'azure.ai.openai',
  google_genai: 'gcp.gemini',
  google_vertexai: 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};
const worker = process.argv[2] === 'worker';

const instrumentations = (flowise) => {
  // whether npm has put them beside each other or below
  const inside = createRequire(flowise.resolve('@opentelemetry/auto-instrumentations-node'));
  const { HttpInstrumentation } = inside('@opentelemetry/instrumentation-http');
  const { ExpressInstrumentation } = inside('@opentelemetry/instrumentation-express');
  const { PgInstrumentation } = inside('@opentelemetry/instrumentation-pg');
  const { UndiciInstrumentation } = inside('@opentelemetry/instrumentation-undici');
  return [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: (request) =>
        request.socket.localPort === Number(env.PROBE_PORT) || UNASKED.test(request.url),
      requireParentforOutgoingSpans: true,
    }),
    // of all its layers the routes alone, whose names requests get
    new ExpressInstrumentation({ ignoreLayersType: ['middleware', 'router'] }),
    // statements without their values
    new PgInstrumentation({ requireParentSpan: true }),
    new UndiciInstrumentation({ requireParentforSpans: true }),
    // not ioredis: every token of an answer that is streamed is a command
  ];
};

const tell = ({ trace, isSpanContextValid }) =>
  require('./json_logs.cjs').tell(() => {
    const found = trace.getActiveSpan()?.spanContext();
    return found && isSpanContextValid(found) ? { trace_id: found.traceId, span_id: found.spanId } : {};
  });

// BullMQ calls this around what it does, and keeps with a job what `add` is given for it (its guide: telemetry)
const followJobs = (flowise, { context, trace, SpanKind, SpanStatusCode, ROOT_CONTEXT }, carrier) => {
  const tracer = trace.getTracer('bullmq');
  const during = (span, active, work) =>
    context
      .with(trace.setSpan(active, span), work)
      .catch((error) => {
        span.setStatus({ code: SpanStatusCode.ERROR });
        throw error;
      })
      .finally(() => span.end());

  flowise('bullmq').QueueBase.prototype.trace = function (_, operation, __, work, kept) {
    const attributes = { 'messaging.system': 'bullmq', 'messaging.destination.name': this.name };
    if (operation === 'add') {
      const active = context.active();
      const span = tracer.startSpan(`add ${this.name}`, { kind: SpanKind.PRODUCER, attributes }, active);
      const carried = {};
      carrier.inject(trace.setSpan(active, span), carried, { set: (to, key, value) => (to[key] = value) });
      return during(span, active, async () => work(undefined, carried.traceparent));
    }
    if (operation === 'process') {
      const from = { get: (held, key) => held[key], keys: Object.keys };
      const active = carrier.extract(ROOT_CONTEXT, { traceparent: kept }, from);
      const span = tracer.startSpan(`process ${this.name}`, { kind: SpanKind.CONSUMER, attributes }, active);
      // the answer of a job would go into its span: BullMQ is given what takes its failure alone
      const told = {
        setAttributes: () => undefined,
        addEvent: (name) => name === 'job failed' && span.setStatus({ code: SpanStatusCode.ERROR }),
      };
      return during(span, active, async () => work(told));
    }
    return work();
  };
};

// Attributes of models are those of OpenTelemetry's semantic conventions 1.40.0 (gen_ai); none holds what was asked or said.
const followRuns = ({ context, trace, SpanKind, SpanStatusCode }, runs) => {
  const tracer = trace.getTracer('flowise');
  const ended = (span, { error, ...attributes }) => {
    if (error) {
      span.setAttribute('error.type', error?.name ?? 'error');
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.setAttributes(attributes);
    span.end();
  };

  runs.aroundNodes(({ part, type, id, flow }, work) => {
    const active = context.active();
    if (!trace.getSpan(active)) return work();
    const attributes = { 'flowise.flow.id': flow, 'flowise.node.id': id, 'flowise.node.type': type };
    const span = tracer.startSpan(`${part} ${type}`, { attributes }, active);
    const failed = (error) => {
      ended(span, { error });
      throw error;
    };
    const done = (answer) => {
      ended(span, {});
      return answer;
    };
    return runs.settled(() => context.with(trace.setSpan(active, span), work), done, failed);
  });

  runs.onCall(({ operation, model, provider, flow }) => {
    const active = context.active();
    if (!trace.getSpan(active)) return undefined;
    const attributes = {
      'flowise.flow.id': flow,
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': PROVIDERS[provider] ?? provider,
      'gen_ai.request.model': model,
    };
    const span = tracer.startSpan(model ? `${operation} ${model}` : operation, { kind: SpanKind.CLIENT, attributes }, active);
    return ({ error, usage, model: answering, reason, cached }) =>
      ended(span, {
        error,
        'gen_ai.response.model': answering,
        'gen_ai.response.finish_reasons': reason && [reason],
        'gen_ai.usage.input_tokens': usage?.input,
        'gen_ai.usage.cache_read.input_tokens': usage?.cached,
        'gen_ai.usage.output_tokens': usage?.output,
        'flowise.answer.kept': cached || undefined,
      });
  });
};

const start = (flowise) => {
  const { NodeSDK, core, resources, tracing } = flowise('@opentelemetry/sdk-node');
  const { OTLPTraceExporter } = flowise('@opentelemetry/exporter-trace-otlp-http');
  const api = flowise('@opentelemetry/api');

  class WithoutQueries extends tracing.BatchSpanProcessor {
    onEnd(span) {
      for (const key of ADDRESSES) {
        if (span.attributes[key]) span.attributes[key] = String(span.attributes[key]).replace(/[?#].*$/s, '');
      }
      delete span.attributes['url.query'];
      super.onEnd(span);
    }
  }

  const carrier = new core.W3CTraceContextPropagator();
  new NodeSDK({
    serviceName: worker ? 'flowise-worker' : 'flowise-server',
    resourceDetectors: [resources.envDetectorSync, resources.hostDetectorSync],
    spanProcessors: [new WithoutQueries(new OTLPTraceExporter(), { scheduledDelayMillis: 1000 })],
    // the collector chooses, for it sees how a trace ends
    sampler: new tracing.AlwaysOnSampler(),
    // what comes from outside may say any id, or that it is not to be traced
    textMapPropagator: {
      inject: carrier.inject.bind(carrier),
      extract: (active) => active,
      fields: () => carrier.fields(),
    },
    // lines go to the standard output, which others read
    logRecordProcessors: [],
    instrumentations: instrumentations(flowise),
  }).start();
  tell(api);
  followJobs(flowise, api, carrier);
  followRuns(api, require('./flow_runs.cjs'));
};

module.exports = (flowise) => {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT) return;
  try {
    start(flowise);
  } catch (error) {
    // an image with another tree: better no traces than no Flowise
    console.error(`traces are off: ${error.message}`);
  }
};
