"""What a stack's configuration may say, and the one reader of it.

Dev and prod differ by these values alone. The models judge the values and nothing else: they reach no cloud, so a
typing error costs no credentials. No secret is kept here: a secret that a person supplies is named, and read from
Secrets Manager where it is used.
"""

from .backup import BackupSettings
from .cache import CacheSettings
from .cluster import ClusterSettings, KarpenterSettings, NodeGroupSettings
from .database import DatabaseSettings, RestoreSettings
from .datadog import DatadogSettings
from .edge import DomainSettings, EdgeSettings, FailoverSettings, SignInSettings, StaticSiteSettings
from .firewall import FirewallSettings
from .logs import LogSettings
from .monitoring import MonitoringSettings
from .network import ExistingNetworkSettings, NetworkSettings
from .notifications import NotificationSettings
from .objectives import Objectives, ObjectivesSettings
from .pipeline import PipelineSettings
from .reading import SettingsError, load
from .section import InProd, LogDays, Section
from .service import BlueGreenSettings, DatabricksSettings, ExtraVariable, ServiceSettings
from .stack import Environment, StackSettings, production_floor
from .synthetic_check import SyntheticCheckSettings
from .traces import TraceSettings

__all__ = [
    "BackupSettings",
    "BlueGreenSettings",
    "CacheSettings",
    "ClusterSettings",
    "DatabaseSettings",
    "DatabricksSettings",
    "DatadogSettings",
    "DomainSettings",
    "EdgeSettings",
    "Environment",
    "ExistingNetworkSettings",
    "ExtraVariable",
    "FailoverSettings",
    "FirewallSettings",
    "InProd",
    "KarpenterSettings",
    "LogDays",
    "LogSettings",
    "MonitoringSettings",
    "NetworkSettings",
    "NodeGroupSettings",
    "NotificationSettings",
    "Objectives",
    "ObjectivesSettings",
    "PipelineSettings",
    "RestoreSettings",
    "Section",
    "ServiceSettings",
    "SettingsError",
    "SignInSettings",
    "StackSettings",
    "StaticSiteSettings",
    "SyntheticCheckSettings",
    "TraceSettings",
    "load",
    "production_floor",
]
