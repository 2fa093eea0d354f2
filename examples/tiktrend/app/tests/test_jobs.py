"""Jobs, the breaker around stores, and what says that a worker lives."""

import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from tiktrend import alive, cache, database, scraping, worker
from tiktrend.breaker import Breaker, Refused

from tests.conftest import LAMP, SHOE, Index


def test_a_scrape_keeps_all_pages_and_has_them_found(stores: dict[str, Any], index: Index) -> None:
    stores["moda.example.com"] = [[SHOE], [LAMP]]
    before = worker.SCRAPED.labels("moda")._value.get()
    worker.scrape.apply(args=["moda"]).get()
    # a broker may hand a job out twice
    stores["moda.example.com"] = [[{**SHOE, "price_cents": 4000}, LAMP]]
    worker.scrape.apply(args=["moda"]).get()
    assert [(each["name"], each["price_cents"]) for each in database.matching("", 9)] == [
        ("Lamp", 900),
        ("Red Shoe", 4000),
    ]
    assert {each["name"] for each in index.documents.values()} == {"Red Shoe", "Lamp"}
    assert worker.SCRAPED.labels("moda")._value.get() == before + 4


def test_a_store_that_names_a_product_twice_has_it_once(stores: dict[str, Any]) -> None:
    stores["moda.example.com"] = [[SHOE, {**SHOE, "name": "Blue Shoe"}]]
    assert [each["name"] for each in scraping.catalogue("moda", "https://moda.example.com/products")] == ["Blue Shoe"]


@pytest.mark.parametrize("told", [[[{"sku": "a"}]], 500, 302])
def test_a_store_that_answers_nonsense_fails_its_job_and_is_counted(stores: dict[str, Any], told: Any) -> None:
    stores["moda.example.com"] = told
    failed = worker.JOBS.labels("scrape", "failed")._value.get()
    with pytest.raises((KeyError, httpx.HTTPError)):
        worker.scrape.apply(args=["moda"]).get()
    assert worker.JOBS.labels("scrape", "failed")._value.get() == failed + 1


def test_a_store_that_fails_is_left_alone_and_the_other_is_asked(stores: dict[str, Any]) -> None:
    stores.update({"moda.example.com": 503, "casa.example.com": [[LAMP]]})
    for _ in range(5):
        with pytest.raises(httpx.HTTPStatusError):
            scraping.catalogue("moda", "https://moda.example.com/products")
    with pytest.raises(Refused):
        scraping.catalogue("moda", "https://moda.example.com/products")
    assert len(scraping.catalogue("casa", "https://casa.example.com/products")) == 1


def test_a_page_that_is_too_large_is_not_read(stores: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "MOST_BYTES", 10)
    stores["moda.example.com"] = [[SHOE]]
    with pytest.raises(ValueError, match="a page of"):
        scraping.catalogue("moda", "https://moda.example.com/products")


def test_every_store_gets_a_job_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[str] = []
    monkeypatch.setattr(worker.scrape, "delay", handed.append)
    worker.scrape_all.apply().get()
    assert handed == ["moda", "casa"]


def test_an_index_that_was_lost_is_filled_from_the_database(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAGE", 1)
    database.keep("moda", [SHOE, LAMP])
    worker.reindex.apply().get()
    assert {each["name"] for each in index.documents.values()} == {"Red Shoe", "Lamp"}


def test_a_canary_tells_when_a_job_was_done(redis: Any) -> None:
    assert cache.backlog("tasks") == {"waiting": 0.0}
    worker.canary.apply().get()
    assert cache.backlog("tasks")["canary_age"] < 10


def test_the_queue_is_as_an_autoscaler_must_see_it() -> None:
    told = worker.app.conf
    assert (told.task_default_queue, told.worker_prefetch_multiplier, told.task_acks_late) == ("tasks", 1, True)
    assert told.broker_transport_options["visibility_timeout"] > worker.given.longest_task_seconds + 60


def test_a_breaker_opens_rests_and_lets_one_try() -> None:
    now = [0.0]
    breaker = Breaker("test", failures=2, rest_seconds=30, clock=lambda: now[0])

    def fail() -> None:
        raise ConnectionError

    for _ in range(2):
        with pytest.raises(ConnectionError):
            breaker.call(fail)
    with pytest.raises(Refused):
        breaker.call(lambda: 1)
    now[0] = 31

    def meanwhile() -> None:
        # while one tries, the others are refused
        with pytest.raises(Refused):
            breaker.call(lambda: 1)

    breaker.call(meanwhile)
    assert breaker.call(lambda: 1) == 1
    for _ in range(2):
        with pytest.raises(ConnectionError):
            breaker.call(fail)
    now[0] = 62
    with pytest.raises(ConnectionError):
        breaker.call(fail)
    with pytest.raises(Refused):
        breaker.call(lambda: 1)


def test_a_file_that_grew_old_says_that_a_process_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "alive"
    monkeypatch.setattr(alive, "FILE", str(file))
    assert alive.main(["300"]) == 1
    file.touch()
    assert alive.main(["300"]) == 0
    os.utime(file, (time.time() - 400,) * 2)
    assert alive.main(["300"]) == 1
    monkeypatch.setattr(worker, "FILE", str(file))
    worker._beats()
    assert alive.main(["300"]) == 0
