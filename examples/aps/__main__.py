"""Sistema APS: a Flask application of primary health care on the platform's components."""

import pulumi
import pulumi_random as random

from components.config.loading import load
from components.shared.data_key import DataKey, DataKeyArgs
from components.shared.stored_secret import StoredSecret, StoredSecretArgs
from components.web_service import NetworkAccess, WebService, WebServiceArgs
from composition.foundation import Foundation
from examples.aps import application as app
from examples.aps.stack import StackSettings

settings = load(StackSettings, pulumi.get_project())
# network, cluster, database and its logins, what runs in every cluster
base = Foundation(settings, application=app.NAME, database=app.DATABASE)
around, tags = base.around, base.around.tags
cache = base.cache(settings.cache, purpose="Answers that are kept for a minute")

key = DataKey("key", DataKeyArgs(purpose="Sistema APS", region=settings.region, tags=tags), around.holds_data)
made = random.RandomPassword("secret-key", length=48, special=False, opts=around.in_aws).result
secret_args = StoredSecretArgs(
    purpose="What signs sessions", kms_key_arn=key.arn, fields={app.SECRET_KEY: made}, tags=tags, replaceable=True
)
secret_key = StoredSecret("secret-key", secret_args, around.holds_data).field(app.SECRET_KEY)

service = WebService(
    "app",
    WebServiceArgs(
        application=app.NAME,
        releases={"": app.release(settings.service)},
        migration=app.MIGRATION,
        environment=app.environment(
            database=base.login, cache=cache.ref, secret_key=secret_key, signs_in=settings.edge.sign_in is not None
        ),
        files=app.files(base.login),
        files_at=app.CONFIG_DIR,
        access=NetworkAccess(https=False, database=True, cache=True),
        profile=app.PROFILE,
        site=settings.site(),
        timeouts=app.waits(),
        placement=base.placement,
    ),
    base.in_cluster,
)
edge = base.edge(service.origin)
# monitoring, backups, cost, and CloudWatch's alarms brought to whom they concern
base.completed(edge, [cache.watch, service.watch, app.watch(settings.objectives)])

pulumi.export("url", edge.url)
pulumi.export("cluster_name", base.cluster.cluster_name)
pulumi.export("kubeconfig", base.cluster.kubeconfig)
pulumi.export("database_endpoint", base.database.address)
pulumi.export("cache_endpoint", cache.address)
