from components.monitoring_stack.scrape_configs import web_scrape
from components.shared.watch import WebScrape

SHOP = WebScrape(
    job="models",
    host="models.example.com",
    label="model",
    paths={"chat": "/v1/chat/metrics", "embed": "/v1/embed/metrics"},
    bearer="models_token",
    prefix="shop_",
)


def test_addresses_beyond_are_asked_over_tls_with_a_token_that_stands_in_a_secret() -> None:
    assert web_scrape(SHOP, secret="tokens") == {
        "staticConfigs": [
            {"targets": ["models.example.com"], "labels": {"__metrics_path__": "/v1/chat/metrics", "model": "chat"}},
            {"targets": ["models.example.com"], "labels": {"__metrics_path__": "/v1/embed/metrics", "model": "embed"}},
        ],
        "scheme": "HTTPS",
        "authorization": {"credentials": {"name": "tokens", "key": "models_token"}},
        "scrapeInterval": "60s",
        "scrapeTimeout": "20s",
        "relabelings": [{"targetLabel": "job", "replacement": "models"}],
        "metricRelabelings": [{"sourceLabels": ["__name__"], "targetLabel": "__name__", "replacement": "shop_$1"}],
    }
