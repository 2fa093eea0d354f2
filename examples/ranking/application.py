"""Ranking as its stack sees it: its process, environment, flags and paths."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pulumi import Output
from pydantic import Field

from components.config.problems import Problem
from components.config.section import Section
from components.feature_flags import Flag
from components.shared.edge_profile import EdgeProfile, PathRule
from components.shared.references import DatabaseRef
from components.web_service import (
    EnvVar,
    Migration,
    Probe,
    Probes,
    Process,
    Release,
    Resources,
    Timeouts,
    timeouts_of,
)
from examples.web_stack import Image

NAME = "ranking"
DATABASE = "ranking"
PORT = 8000
CONFIG_DIR = "/etc/app"
# SQLAlchemy's pool of one process, and no more: the pods of both colours share what the instance admits
CONNECTIONS_OF_A_POD = 5
# whatever is under way is ended within this (uvicorn --timeout-graceful-shutdown)
SHUTDOWN_SECONDS = 30
LONGEST_ANSWER_SECONDS = 30
HEALTH, METRICS, API, ADMIN = "/health", "/metrics", "/api/", "/api/admin/"
RESOURCES = Resources(
    cpu_request_millicores=250, cpu_limit_millicores=1000, memory_request_mib=256, memory_limit_mib=512
)
WRITABLE = {"tmp": "/tmp"}
# The defaults are those of app/ranking/flags.py, which a pod goes by until AppConfig answers.
FLAGS = (
    Flag("weighted_scores", False, "points count half as much for each month that passed"),
    Flag("ties_share_a_place", True, "who has as many points has the same place, and the next ones are left out"),
    Flag("page_size", 100, "places that are shown at most"),
)
PROFILE = EdgeProfile(
    health_path=HEALTH,
    health_answer="ok",
    # all else is the front end's, a file in the CDN's bucket
    service_paths=(API, HEALTH),
    closed_paths=(PathRule("closes-metrics", 30, (METRICS,)),),
    costly_paths=("/api/rankings",),
    api_paths=(API,),
    open_paths=(PathRule("public", 10, ("/api/rankings*", "/api/flags", HEALTH)),),
    reserved_paths=("/api", HEALTH, METRICS),
    # images of a build below 4 KiB are written into it (Vite, build.assetsInlineLimit)
    content_security_policy={"img-src": ("'self'", "data:")},
)


class BlueGreenSettings(Section):
    """Two releases side by side; only one is served, and the other one waits with all its pods."""

    active: Literal["blue", "green"] = Field(description="the one that is served: the switch, and the way back")
    blue_image: Image = Field(description="image of blue", examples=["ranking:1.0.0"])
    green_image: Image = Field(description="image of green", examples=["ranking:1.0.0"])


class ServiceSettings(Section):
    """How much runs of it, and of which version."""

    image: Image | None = Field(
        default=None,
        description="image, a version and best its digest; not with blue_green",
        examples=["111122223333.dkr.ecr.eu-west-1.amazonaws.com/ranking:1.0.0"],
    )
    blue_green: BlueGreenSettings | None = Field(default=None, description="two releases side by side")
    replicas_min: int = Field(default=2, ge=1, le=50, description="pods of each release at least")
    replicas_max: int = Field(default=4, ge=1, le=50, description="pods of each release at most")

    def problems(self) -> Iterator[Problem]:
        """Judge that it is known what runs."""
        if (self.image is None) == (self.blue_green is None):
            yield Problem("image", "or blue_green must be given, and not both", self.image, "keep one of them")
        if self.replicas_max < self.replicas_min:
            yield Problem("replicas_max", "must be at least replicas_min", self.replicas_max, str(self.replicas_min))

    def served(self) -> str:
        """Return the colour that everybody is sent to; "" is that of a service with one release alone."""
        return self.blue_green.active if self.blue_green else ""

    def images(self) -> Mapping[str, str]:
        """Return the image of each colour; "" is that of a service with one release alone."""
        if self.blue_green is None:
            return {"": self.image or ""}
        return {"blue": self.blue_green.blue_image, "green": self.blue_green.green_image}


def waits() -> Timeouts:
    """Return how long each party on an answer's way waits."""
    return timeouts_of(LONGEST_ANSWER_SECONDS, shutdown_seconds=SHUTDOWN_SECONDS)


def process(settings: ServiceSettings, trusted: Sequence[str] = ()) -> Process:
    """Return the web process; `trusted` are the ranges of those who may say for whom they ask."""
    wait = waits()
    return Process(
        name="web",
        command=["uvicorn"],
        args=[
            *("--factory", "ranking.web:create_app", "--host", "0.0.0.0", "--port", str(PORT), "--no-access-log"),
            # longer than the balancer's, or its next request finds a closed connection
            *("--timeout-keep-alive", str(wait.keep_alive)),
            *("--timeout-graceful-shutdown", str(SHUTDOWN_SECONDS)),
            # uvicorn trusts nobody's X-Forwarded-* by itself but the machine's own
            *(("--forwarded-allow-ips", ",".join(trusted)) if trusted else ()),
        ],
        port=PORT,
        replicas_min=settings.replicas_min,
        replicas_max=settings.replicas_max,
        resources=RESOURCES,
        probes=Probes(
            # with the database away a restart mends nothing, and all pods at once would make an outage of a failover
            liveness=Probe(path=f"{HEALTH}?probe=live", period_seconds=10, timeout_seconds=3),
            readiness=Probe(path=HEALTH, period_seconds=5, timeout_seconds=4),
        ),
        pre_stop_seconds=wait.pre_stop,
        termination_grace_seconds=wait.termination_grace,
        writable=WRITABLE,
    )


def releases(settings: ServiceSettings, trusted: Sequence[str]) -> dict[str, Release]:
    """Return the releases by colour."""
    active = settings.served()
    return {
        colour: Release(image=image, processes=[process(settings, trusted)], served=colour == active)
        for colour, image in settings.images().items()
    }


MIGRATION = Migration(
    command=["python", "-m", "ranking.migrate"], resources=RESOURCES, writable=WRITABLE, longest_seconds=300
)


def environment(
    *, database: DatabaseRef, stack_name: str, stack: str, region: str, signs_in: bool, origins: Sequence[str]
) -> Sequence[EnvVar]:
    """Return the variables: DB_PASSWORD by a Secret, all others by a ConfigMap."""
    return [
        EnvVar("DB_HOST", database.address, "from the database"),
        EnvVar("DB_PORT", Output.format("{0}", database.port), "from the database"),
        EnvVar("DB_NAME", database.name, "ranking"),
        EnvVar("DB_USER", database.username, "from the database"),
        EnvVar("DB_PASSWORD", database.password, "a Secret"),
        EnvVar("DB_CERTIFICATES", f"{CONFIG_DIR}/rds-ca.pem", "RDS's authorities; verify-full against them"),
        EnvVar("DB_POOL_SIZE", str(CONNECTIONS_OF_A_POD), "connections of a pod; none beyond"),
        EnvVar("FLAGS_APPLICATION", stack_name, "AppConfig's application"),
        EnvVar("FLAGS_ENVIRONMENT", stack, "and environment"),
        EnvVar("AWS_REGION", region, "where AppConfig is asked"),
        # the balancer writes who signed in, and takes away what a client wrote; without sign-in nothing does
        EnvVar("SIGN_IN", "true" if signs_in else "false", "whether the balancer says who asks"),
        EnvVar("CORS_ORIGINS", ",".join(origins), "other sites whose pages may ask; its own needs no leave"),
    ]


def files(database: DatabaseRef) -> dict[str, str]:
    """Return the files at CONFIG_DIR."""
    return {"rds-ca.pem": database.certificates}
