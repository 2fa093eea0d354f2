"""Settings of Flowise itself."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from ..config.problems import Problem
from ..config.section import InProd, Section
from ..config.types import LONGEST_ANSWER_SECONDS, ExtraVariable, SecretId, SecretName
from ..shared.node_image import NodeImage
from ..web_service import rollouts
from ..web_service.timeouts import Timeouts, timeouts_of
from .flow_costs import FlowCostsSettings
from .objectives import ObjectivesSettings
from .open_paths import Feature, Need

# where npm puts a global package, in upstream's image and in ours
PACKAGE = "/usr/local/lib/node_modules/flowise"
# Measured with flowise 3.1.4: under 512 MiB V8 aborts while it loads its nodes; 1 GiB starts and leaves little.
FLOWISE_LEAST_MEMORY_MIB = 1024
# The last release there is. Mended in it alone: CVE-2026-91929 to -91938, two ways to run code and one hole that needs
# no login among them, -90533 to -90535 and -73603.
FLOWISE_LEAST_VERSION = (3, 1, 4)
# flowise 3.1.4: TypeORM's pool in each process, in mode main another for sessions, and one connection of the probes
POOL, SESSION_POOL, PROBES = 10, 10, 1
# Flowise's own guards against what flows may do to the pod and its network; its documentation says to leave them on.
GUARDS = (
    "CUSTOM_MCP_ALLOWED_ABSOLUTE_SCRIPT_PATHS",
    "CUSTOM_MCP_ALLOWED_COMMANDS",
    "CUSTOM_MCP_PROTOCOL",
    "CUSTOM_MCP_SECURITY_CHECK",
    "HTTP_SECURITY_CHECK",
    "OAUTH2_SECURITY_CHECK",
    "PATH_TRAVERSAL_SAFETY",
    "TRUST_PROXY",
)
# CVE-2026-130615: Chromium resolves a name anew after the loader has checked it. None comes with the image of image/.
BROWSER_NODES = ("playwrightWebScraper", "puppeteerWebScraper")
# CVE-2026-67620: what Flowise's own list of refused addresses lacks (flowise-components src/httpSecurity:
# DEFAULT_DENY_LIST, to which HTTP_DENY_LIST adds): carriers' addresses, where pods' and Alibaba's metadata lie, IETF's,
# where Oracle's lie, benchmarks', Azure's host, and IPv6 that stands for IPv4.
DENIED_ADDRESSES = (
    "100.64.0.0/10",
    "192.0.0.0/24",
    "198.18.0.0/15",
    "168.63.129.16",
    "64:ff9b::/96",
    "2002::/16",
)
# What opens more of Flowise than this platform guards, and what would be open.
OPENING = {
    "ALLOW_BUILTIN_DEP": "lets code of flows load modules that lead out of its sandbox (CVE-2026-119978)",
    "ENABLE_BULLMQ_DASHBOARD": "gives the queue board to everybody who has logged in (CVE-2026-100608)",
    "FLOWISE_EE_LICENSE_KEY": "turns on the Enterprise edition, whose sign-in takes over accounts by their e-mail "
    "(CVE-2026-100606, -100607)",
}
# Read by nobody in 3.1.4, whatever guides say.
DEAD = (
    "APIKEY_STORAGE_TYPE",
    "DISABLE_FLOWISE_TELEMETRY",
    "FLOWISE_PASSWORD",
    "FLOWISE_USERNAME",
    "NUMBER_OF_PROXIES",
    "PASSWORD_RESET_TOKEN_EXPIRY_IN_MINS",
)
# Measured with flowise 3.1.4: a server forces its own end 30 s after SIGTERM.
FORCED_EXIT_SECONDS = 30
# What the table of environment.py is about: DATABASE_HOST, REDIS_URL, S3_STORAGE_REGION and the like.
OWNED = re.compile(
    r"^(DATABASE|REDIS|S3|STORAGE|SECRETKEY|METRICS|LOG_SANITIZE|DATABRICKS)_|^(APP_URL|BLOB_STORAGE_PATH|CORS_ORIGINS|"
    r"DENYLIST_URLS|DISABLED_NODES|DRAIN_SECONDS|ENABLE_METRICS|EXPRESS_SESSION_SECRET|FLOWISE_SECRETKEY_OVERWRITE|HOME|"
    r"COUNT_MODEL_CALLS|HTTP_DENY_LIST|IFRAME_ORIGINS|"
    r"JWT_(AUTH|REFRESH)_TOKEN_SECRET|KEEP_ALIVE_SECONDS|LOG_LEVEL|LOG_PATH|MODE|NODE_ENV|NODE_EXTRA_CA_CERTS|NODE_OPTIONS|"
    r"PORT|PROBE_PORT|REMOVE_ON_(AGE|COUNT)|SECURE_COOKIES|TOKEN_HASH_SECRET|WORKER_CONCURRENCY)$"
)
Image = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9.\-/_]+(:\d+/[a-z0-9.\-/_]+)?:\d+\.\d+\.\d+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?$"
    ),
]
NodeName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=100)]
DeniedAddress = Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f.:]+(/\d{1,3})?$")]
# A flow's author who may name any script has the pod. flowise-components compares a command's first argument with a
# list that commas divide (nodes/tools/MCP/core.js, validateArgsForLocalFileAccess).
ScriptPath = Annotated[str, StringConstraints(pattern=r"^/[\w@./-]+\.[cm]?js$")]
VariableName = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$", max_length=128)]
# foundation-model/ID, inference-profile/ID and application-inference-profile/ID (Service authorization reference,
# Amazon Bedrock: resource types); no wildcard
ModelArn = Annotated[
    str,
    StringConstraints(
        pattern=r"^arn:aws[a-z-]*:bedrock:[a-z0-9-]+:(\d{12})?:"
        r"(foundation-model|inference-profile|application-inference-profile)/[a-z0-9.:-]+$"
    ),
]


# Flowise keeps files under an organisation's UUID, its logs in logs/, and exports of flows lie in flows/.
StoragePrefix = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,30}/$")]
FLOW_EXPORT_PREFIX = "flows/"
TAKEN_PREFIXES = (FLOW_EXPORT_PREFIX, "logs/")
# GET /api/2.0/serving-endpoints/{name}/metrics of Databricks: name has 1 to 63 characters
ServingEndpoint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$")]


class DatabricksSettings(Section):
    """A Databricks workspace that flows may call."""

    url: Annotated[str, StringConstraints(pattern=r"^https://[a-z0-9.-]+$")] = Field(
        description="workspace URL, https, without a path", examples=["https://dbc-12345678-90ab.cloud.databricks.com"]
    )
    token_secret_name: SecretName = Field(
        description="name of the Secrets Manager secret that holds the token, made by hand under AWS's own key",
        examples=["flowise/databricks-token"],
    )
    serving_endpoints: tuple[ServingEndpoint, ...] = Field(
        default=(),
        description="names of serving endpoints whose own figures are read, with the token, which needs CAN VIEW on "
        "them; where it is refused an alert tells; none listed reads none, and nobody sees that a token is refused",
        examples=["chat-model"],
    )

    @property
    def host(self) -> str:
        """Return the workspace's host name."""
        return self.url.removeprefix("https://")


class BlueGreenSettings(Section):
    """Two releases side by side; one of them is served."""

    active: Literal["blue", "green"] = Field(description="the one that is served: the switch, and the way back")
    blue_image: Image = Field(description="image of blue", examples=["flowiseai/flowise:3.1.4"])
    green_image: Image = Field(description="image of green", examples=["flowiseai/flowise:3.1.4"])


class FlowExportSettings(Section):
    """Flows as files in the bucket, every day, under flows/ and the time of the run."""

    daily_at: Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = Field(
        default="03:30", description="when flows are exported, UTC"
    )
    keep_days: int = Field(default=90, ge=1, description="days after which an export is deleted")
    secret_variables: tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")], ...] = Field(
        default=(),
        description="variables of flows whose values stay out of exports, beside those that are named like a secret",
        examples=["partner_pin"],
    )


class ServiceSettings(Section):
    """Flowise itself."""

    image: Annotated[Image, InProd(containing="@sha256:")] = Field(
        default="flowiseai/flowise:3.1.4",
        description="container image with its version, 3.1.4 or later, and @sha256:... to pin the very image",
        examples=["flowiseai/flowise:3.1.4"],
    )
    mode: Annotated[Literal["main", "queue"], InProd(equals="queue")] = Field(
        default="main", description="main: one process does all; queue: servers hand predictions to workers over Redis"
    )
    replicas_min: Annotated[int, InProd(at_least=2)] = Field(
        default=1, ge=1, le=50, description="fewest servers; more than one needs mode queue"
    )
    replicas_max: int = Field(default=1, ge=1, le=50, description="most servers; more than one needs mode queue")
    worker_replicas_min: int = Field(default=2, ge=1, le=50, description="fewest workers, in mode queue only")
    worker_replicas_max: int = Field(default=2, ge=1, le=100, description="most workers, in mode queue only")
    worker_scaling: Literal["queue_length", "cpu"] = Field(
        default="queue_length",
        description="what more workers come by: predictions that wait, counted by KEDA, or the CPU of those that run",
    )
    worker_concurrency: int = Field(
        default=5, ge=1, le=100, description="predictions a worker runs at once, in mode queue only"
    )
    cpu_request_millicores: int = Field(
        default=500, ge=100, le=16000, description="CPU reserved for a pod, thousandths of a core"
    )
    cpu_limit_millicores: int | None = Field(
        default=None, ge=100, le=16000, description="most CPU of a pod, thousandths of a core; none by default"
    )
    memory_request_mib: int = Field(
        default=1024, ge=FLOWISE_LEAST_MEMORY_MIB, le=65536, description="memory reserved for a pod, MiB"
    )
    memory_limit_mib: int = Field(
        default=2048, ge=FLOWISE_LEAST_MEMORY_MIB, le=65536, description="most memory of a pod, MiB"
    )
    max_answer_seconds: int = Field(
        default=120,
        ge=1,
        le=LONGEST_ANSWER_SECONDS,
        description="seconds a flow may take to answer; load balancer and CDN wait as long",
    )
    log_level: Literal["error", "warn", "info", "debug"] = Field(
        default="info", description="what Flowise logs; debug shows requests, their bodies but for passwords"
    )
    owner_email: Annotated[
        str, StringConstraints(pattern=r"^[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,}$", max_length=255)
    ] = Field(
        default="owner@example.com",
        description="e-mail of the first owner, who is made before anybody else could register; the account that had "
        "the last one gets another that is named later; the password is in the secret that the output owner_secret_arn "
        "names",
    )
    custom_mcp_scripts: tuple[ScriptPath, ...] = Field(
        default=(),
        description="Node scripts of the image that authors of flows may run in the pods as MCP servers over stdio, "
        "each by its whole path; none by default, and each is a way to run code beside Flowise's secrets",
        examples=[
            "/usr/local/lib/node_modules/flowise/node_modules/@modelcontextprotocol/server-sequential-thinking/dist/index.js"
        ],
    )
    open_features: tuple[Feature, ...] = Field(
        default=(),
        description="what is closed unless named here: assistant_files (files that OpenAI assistants made), custom_mcp "
        "(loading a custom MCP's actions, by which commands were run), oauth2_connections (connecting credentials), "
        "public_executions (runs that were shared), speech (in embedded chats); each has a hole that nobody mends",
    )
    disabled_nodes: tuple[NodeName, ...] = Field(
        default=BROWSER_NODES,
        description="kinds of nodes that flows may not have, by Flowise's name of the kind; those of the default steer "
        "a browser, which checks no address (CVE-2026-130615)",
        examples=["customFunction"],
    )
    denied_addresses: tuple[DeniedAddress, ...] = Field(
        default=DENIED_ADDRESSES,
        description="addresses and ranges that flows may not ask, beside private, loopback and link-local ones, which "
        "Flowise refuses itself (CVE-2026-67620)",
        examples=["100.64.0.0/10"],
    )
    bedrock_model_arns: tuple[ModelArn, ...] = Field(
        default=(),
        description="Bedrock models and inference profiles that flows may call without keys",
        examples=["arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"],
    )
    blue_green: BlueGreenSettings | None = Field(
        default=None, description="two releases side by side instead of the one of `image`; each takes its full room"
    )
    environment: dict[VariableName, ExtraVariable] = Field(
        default_factory=dict, description="further variables of Flowise, by name", examples=["SMTP_HOST"]
    )
    storage_expire_logs_days: int = Field(
        default=90, ge=1, description="days after which Flowise's own logs in the bucket are deleted"
    )
    storage_expire_days: dict[StoragePrefix, int] = Field(
        default_factory=dict,
        description="beginnings of names in Flowise's bucket under which others keep what they like, models, exports, "
        "and days after which that is deleted; versions that were overwritten go after 30",
        examples=["models/"],
    )
    keys_secret_name: SecretId | None = Field(
        default=None,
        description="name or ARN of another stack's secret of Flowise's keys, or of its copy: a stack that takes over "
        "that one's database reads its credentials with them; without it new keys are made",
        examples=["flowise-prod-app-keys-secret-1a2b3c4"],
    )
    flow_export: FlowExportSettings | None = Field(
        default=None, description="a daily export of all flows as files into the bucket; none by default"
    )
    databricks: DatabricksSettings | None = Field(default=None, description="a Databricks workspace; none by default")
    objectives: ObjectivesSettings = Field(default_factory=ObjectivesSettings, description="SLOs, which alerts watch")
    flow_costs: FlowCostsSettings = Field(
        default_factory=FlowCostsSettings, description="calls of models: tokens, prices, budgets"
    )

    def _storage_problems(self) -> Iterator[Problem]:
        for prefix, days in self.storage_expire_days.items():
            if prefix in TAKEN_PREFIXES:
                yield Problem(
                    "storage_expire_days", "must not name Flowise's own", prefix, "choose another, as models/"
                )
            if days < 1:
                yield Problem("storage_expire_days", f"of {prefix} must be 1 day or more", days, "write 365")

    def problems(self) -> Iterator[Problem]:
        """Judge limits against requests, replicas against the mode, the image's version, and further variables."""
        yield from self._replica_problems()
        yield from self._resource_problems()
        yield from self._environment_problems()
        yield from self._address_problems()
        yield from self._storage_problems()
        yield from _image_problems("image", self.image)
        if self.blue_green is not None:
            yield from _image_problems("blue_green.blue_image", self.blue_green.blue_image)
            yield from _image_problems("blue_green.green_image", self.blue_green.green_image)
            if self.mode == "main":
                # in main mode both would run every schedule
                yield Problem("mode", "must be queue with blue_green", self.mode, "write queue")

    def _replica_problems(self) -> Iterator[Problem]:
        for least, most in (("replicas_min", "replicas_max"), ("worker_replicas_min", "worker_replicas_max")):
            fewest, given = getattr(self, least), getattr(self, most)
            if given < fewest:
                yield Problem(most, f"must not be below {least}", given, f"write {fewest} or more")
        if self.mode == "main" and max(self.replicas_min, self.replicas_max) > 1:
            # in main mode every replica runs the schedules itself, and rate limits are counted per pod
            key = "replicas_max" if self.replicas_max > 1 else "replicas_min"
            yield Problem(key, "must be 1 in mode main", getattr(self, key), "write 1, or set service.mode to queue")

    def _resource_problems(self) -> Iterator[Problem]:
        pairs = (
            ("memory_limit_mib", "memory_request_mib"),
            ("cpu_limit_millicores", "cpu_request_millicores"),
        )
        for limit, request in pairs:
            most, asked = getattr(self, limit), getattr(self, request)
            if most is not None and most < asked:
                yield Problem(limit, f"must not be below {request}", most, f"write {asked} or more")

    def _environment_problems(self) -> Iterator[Problem]:
        for name in self.environment:
            key = f"environment.{name}"
            if name in GUARDS:
                yield Problem(key, "would lower one of Flowise's guards", name, "remove it")
            elif name in OPENING:
                yield Problem(key, OPENING[name], name, "remove it")
            elif name in DEAD:
                yield Problem(key, "is read by nobody in Flowise 3.1", name, "remove it")
            elif OWNED.match(name):
                yield Problem(key, "is set by the program", name, "remove it, and use the setting that drives it")

    def _address_problems(self) -> Iterator[Problem]:
        for each in self.denied_addresses:
            try:
                ipaddress.ip_network(each, strict=False)
            except ValueError:
                # Flowise would refuse every address for one that it cannot read
                yield Problem("denied_addresses", "is no address or range", each, "write one such as 100.64.0.0/10")

    def reads_parameters(self) -> bool:
        """Tell whether a variable is kept in Parameter Store."""
        return any(each.parameter_name is not None for each in self.environment.values())

    def needs(self) -> frozenset[Need]:
        """Return what has to answer without a login."""
        mail: frozenset[Need] = frozenset({"mail"}) if "SMTP_HOST" in self.environment else frozenset()
        return mail.union(self.open_features)

    def scaled_by_queue(self) -> bool:
        """Return whether KEDA scales the workers."""
        return (
            self.mode == "queue"
            and self.worker_scaling == "queue_length"
            and self.worker_replicas_max > self.worker_replicas_min
        )

    def most_at_work(self) -> int:
        """Return the most servers and workers of all releases that run or start, while new ones take over."""
        return self._pods(rollouts.at_work)

    def most_pods(self) -> int:
        """Return the most that exist, those that are ending among them."""
        return self._pods(rollouts.at_once)

    def _pods(self, most: Callable[[int], int]) -> int:
        workers = most(self.worker_replicas_max) if self.mode == "queue" else 0
        return (most(self.replicas_max) + workers) * self.releases()

    def most_connections(self) -> int:
        """Return the most connections to the database that those pods, and the setup of each release, open at once."""
        sessions = SESSION_POOL * rollouts.at_once(self.replicas_max) if self.mode == "main" else 0
        return self.most_pods() * (POOL + PROBES) + sessions + POOL * self.releases()

    def images(self) -> dict[str, str]:
        """Return the image of each release by its colour; one release has none ("")."""
        if self.blue_green is None:
            return {"": self.image}
        return {"blue": self.blue_green.blue_image, "green": self.blue_green.green_image}

    def script_image(self) -> NodeImage:
        """Return what runs the platform's scripts in place of an image of tools, by the packages of Flowise's tree.

        It is the first release's, so that a switch between two leaves the scripts alone.
        """
        return NodeImage(next(iter(self.images().values())), f"{PACKAGE}/node_modules")

    def active_colour(self) -> str:
        """Return the colour of the release that is served."""
        return self.blue_green.active if self.blue_green else ""

    def timeouts(self) -> Timeouts:
        """Return how long each party on an answer's way waits."""
        return timeouts_of(self.max_answer_seconds, shutdown_seconds=FORCED_EXIT_SECONDS)

    def releases(self) -> int:
        """Tell how many releases stand side by side."""
        return len(self.images())


def _image_problems(key: str, image: str) -> Iterator[Problem]:
    version = re.search(r":(\d+)\.(\d+)\.(\d+)", image)
    if version and tuple(map(int, version.groups())) < FLOWISE_LEAST_VERSION:
        yield Problem(
            key,
            "must be version 3.1.4 or later, older ones have published holes, one of which needs no login "
            "(CVE-2026-91937)",
            image,
            "write flowiseai/flowise:3.1.4, which is the last",
        )
