"""Rules of the monitoring itself, and how all are written for Prometheus."""
