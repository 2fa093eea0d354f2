import pytest
from pydantic import ValidationError

from components.flowise_service.objectives import BUCKETS_SECONDS, ObjectivesSettings


def test_fails_where_the_histogram_cannot_be_cut() -> None:
    with pytest.raises(ValidationError, match=r"api_seconds must be a bound of the histogram's buckets, got 3"):
        ObjectivesSettings(api_seconds=3)


def test_every_bound_of_the_histogram_can_be_promised() -> None:
    for bound in BUCKETS_SECONDS:
        assert ObjectivesSettings(prediction_seconds=bound).prediction_seconds == bound
