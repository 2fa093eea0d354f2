"""The reader of the configuration, for a system called orders that has one section."""

import json
from collections.abc import Iterator
from typing import Annotated

import pulumi
import pytest
from pulumi.runtime import config as runtime_config
from pydantic import Field

from components.config.base_stack import BaseStack
from components.config.loading import SettingsError, load
from components.config.section import InProd, Section


class Desk(Section):
    clerks: Annotated[int, InProd(at_least=2)] = Field(default=1, ge=1, description="people at the desk")


class OrdersSettings(BaseStack):
    desk: Desk = Field(default_factory=Desk, description="the desk")


SOUND = {"aws:region": "eu-west-1", "orders:environment": "dev"}


@pytest.fixture(autouse=True)
def _configuration() -> Iterator[None]:
    before = runtime_config.CONFIG.get()
    yield
    runtime_config.CONFIG.set(before)


def read(**changes: str) -> OrdersSettings:
    given = {**SOUND, **{f"orders:{key}": value for key, value in changes.items()}}
    pulumi.runtime.set_all_config(given)
    return load(OrdersSettings, "orders")


def test_a_system_s_settings_are_read_from_its_own_namespace() -> None:
    pulumi.runtime.set_all_config({**SOUND, "orders:desk": json.dumps({"clerks": 3}), "flowise:desk": "{}"})
    settings = load(OrdersSettings, "orders")
    assert (settings.region, settings.desk.clerks) == ("eu-west-1", 3)


def test_tags_say_whose_it_is() -> None:
    assert read(tags='{"Owner": "sales"}').all_tags("orders") == {
        "Owner": "sales", "Project": "orders", "Environment": "dev", "ManagedBy": "pulumi",
    }  # fmt: skip


def test_a_fault_is_told_by_the_key_as_that_system_types_it() -> None:
    with pytest.raises(SettingsError, match=r"orders:desk\.clerks: must be at least 1, got 0"):
        read(desk='{"clerks": 0}')


@pytest.mark.parametrize("desk", ["{}", '{"clerks": 1}'])
def test_production_s_floor_is_that_of_the_system_s_own_sections(desk: str) -> None:
    with pytest.raises(SettingsError, match=r"orders:desk\.clerks: must be at least 2 in prod, got 1: write 2 or more"):
        read(environment="prod", desk=desk)


def test_the_floor_is_told_in_one_breath_with_other_faults() -> None:
    with pytest.raises(SettingsError, match="has 2 faults") as told:
        read(environment="prod", desks="{}")
    assert "orders:desk.clerks: must be at least 2 in prod" in str(told.value)
