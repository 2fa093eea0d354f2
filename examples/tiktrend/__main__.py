"""TikTrend: FastAPI, Celery workers and MeiliSearch on the platform's components."""

import pulumi

from components.config.loading import load
from components.search_engine import SearchEngine, SearchEngineArgs
from components.web_service import NetworkAccess, QueueServer, WebService, WebServiceArgs
from composition.foundation import Foundation
from examples.tiktrend import application as app
from examples.tiktrend.stack import StackSettings
from examples.tiktrend.watched import watch

settings = load(StackSettings, pulumi.get_project())
# network, cluster, database and its logins, what runs in every cluster
base = Foundation(settings, application=app.NAME, database=app.DATABASE)
around = base.around
cache = base.cache(
    settings.cache, purpose="Jobs, sessions, and answers that are kept for seconds", observed=app.OBSERVED
)
search = SearchEngine(
    "search",
    SearchEngineArgs(
        settings=settings.search,
        client=app.NAME,
        indexes=[app.INDEX],
        tools_image=settings.script_image(),
        placement=base.placement,
    ),
    base.in_cluster,
)

looks, traced = cache.ref.for_observers, settings.monitoring.traces is not None
service = WebService(
    "app",
    WebServiceArgs(
        application=app.NAME,
        releases={"": app.release(settings.service)},
        migration=app.migration(settings.service),
        environment=app.environment(
            settings.service,
            database=base.login,
            cache=cache.ref,
            search=search.ref,
            network=base.vpc.ref,
            traced=traced,
        ),
        secrets={"queues": {"REDIS_PASSWORD": looks.password}},
        queue_server=QueueServer(
            address=looks.address,
            port=looks.port,
            username=looks.username,
            password_variable="REDIS_PASSWORD",
            secret="queues",
        ),
        files=app.files(base.login),
        files_at=app.CONFIG_DIR,
        access=NetworkAccess(database=True, cache=True, traces=traced, servers={"search": search.ref.server}),
        profile=app.PROFILE,
        site=settings.site(),
        timeouts=app.waits(),
        placement=base.placement,
    ),
    base.in_cluster,
)
edge = base.edge(service.origin)
# monitoring, backups, cost, and CloudWatch's alarms brought to whom they concern
base.completed(
    edge, [cache.watch, search.watch, service.watch, watch(settings.objectives)], bucket_arn=search.bucket_arn
)

pulumi.export("url", edge.url)
pulumi.export("static_bucket", edge.static_bucket_name)
pulumi.export("distribution_id", edge.distribution_id)
pulumi.export("cluster_name", base.cluster.cluster_name)
pulumi.export("kubeconfig", base.cluster.kubeconfig)
pulumi.export("database_endpoint", base.database.address)
pulumi.export("cache_endpoint", cache.address)
