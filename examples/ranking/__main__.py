"""Ranking: a FastAPI service and a React front end on the platform's components."""

import pulumi

from components.config.loading import load
from components.feature_flags import FeatureFlags, FeatureFlagsArgs
from components.web_service import NetworkAccess, WebService, WebServiceArgs
from composition.foundation import Foundation
from examples.ranking import application as app
from examples.ranking.stack import StackSettings
from examples.ranking.watched import watch

settings = load(StackSettings, pulumi.get_project())
# network, cluster, database and its logins, what runs in every cluster
base = Foundation(settings, application=app.NAME, database=app.DATABASE)
around = base.around

service = WebService(
    "app",
    WebServiceArgs(
        application=app.NAME,
        releases=app.releases(settings.service, base.vpc.ref.ranges.vpc),
        migration=app.MIGRATION,
        environment=app.environment(
            database=base.login,
            stack_name=around.stack_name,
            stack=around.stack,
            region=settings.region,
            signs_in=settings.edge.sign_in is not None,
            origins=settings.edge.embed_origins,
        ),
        files=app.files(base.login),
        files_at=app.CONFIG_DIR,
        access=NetworkAccess(https=settings.asks_beyond(), database=True),
        profile=app.PROFILE,
        site=settings.site(),
        timeouts=app.waits(),
        placement=base.placement,
    ),
    base.in_cluster,
)
FeatureFlags(
    "flags",
    FeatureFlagsArgs(
        settings=settings.flags,
        flags=app.FLAGS,
        application=around.stack_name,
        environment=around.stack,
        reader_role_name=service.role_name,
        load_balancer_arn=service.load_balancer_arn,
        alarms=around.alarms.target,
        tags=around.tags,
    ),
    around.in_aws,
)
edge = base.edge(service.origin)
# monitoring, backups, cost, and CloudWatch's alarms brought to whom they concern
base.completed(edge, [service.watch, watch(settings.objectives)])

pulumi.export("url", edge.url)
# what everybody is sent to, of two releases side by side; the pipeline asks (.ci/deploy)
pulumi.export("served", settings.service.served())
pulumi.export("cluster_name", base.cluster.cluster_name)
pulumi.export("kubeconfig", base.cluster.kubeconfig)
pulumi.export("database_endpoint", base.database.address)
pulumi.export("static_bucket", edge.static_bucket_name)
pulumi.export("distribution_id", edge.distribution_id)
