"""Settings that the stacks of any web service on these components have, and what must cohere across them."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, StringConstraints

from components.config.problems import Problem
from components.shared.backup_schedule import Kind
from components.shared.coherence import PodsAsked, connections_suffice, pods_fit
from components.shared.node_image import NodeImage
from components.web_service import Process, at_work
from composition.system_stack import CachedStack, SystemStack

Image = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9.\-/_]+(:\d+/[a-z0-9.\-/_]+)?:\d+\.\d+\.\d+[a-z0-9.-]*(@sha256:[0-9a-f]{64})?$"
    ),
]


class UncachedWebStack(SystemStack):
    """The sections of a web service's stack that has no cache; a system adds what is its own."""

    tools_image: Image = Field(
        description="image with Node and the packages that the platform's own scripts ask for "
        "(image/platform-tools/Dockerfile)",
        examples=["111122223333.dkr.ecr.eu-west-1.amazonaws.com/platform-tools:1.0.0"],
    )

    def own_images(self) -> dict[str, str]:
        """Return the images that settings name, by the key that does."""
        return {**self.images(), "tools_image": self.tools_image}

    def images(self) -> dict[str, str]:
        """Return the service's images by the key that names each."""
        raise NotImplementedError

    def processes(self) -> list[Process]:
        """Return what runs of each release."""
        raise NotImplementedError

    def most_connections(self) -> int:
        """Return the most connections to the database that pods open at once."""
        raise NotImplementedError

    def problems(self) -> Iterator[Problem]:
        """Judge sections against each other."""
        yield from super().problems()
        yield from connections_suffice(
            self.database.instance_class,
            self.most_connections(),
            whose="the service's",
            proxy=self.database.proxy,
            lower="service.replicas_max",
        )
        yield from pods_fit(
            [
                PodsAsked(
                    section="service",
                    most=at_work(each.replicas_max) * len(self.images()),
                    cpu_request_millicores=each.resources.cpu_request_millicores,
                    memory_request_mib=each.resources.memory_request_mib,
                )
                for each in self.processes()
            ],
            whose="the service's",
            instance_types=self.cluster.app_nodes.instance_types,
            most_nodes=self.cluster.app_nodes.max_size,
            grows=self.cluster.karpenter is not None,
        )

    def backed_up(self) -> list[Kind]:
        """Return the kinds of what AWS Backup keeps."""
        return ["EKS", "RDS"] if self.database.backed_up() else ["EKS"]

    def script_image(self) -> NodeImage:
        """Return what runs the platform's own scripts."""
        return NodeImage(self.tools_image)


class WebStack(UncachedWebStack, CachedStack):
    """The sections of a web service's stack."""
