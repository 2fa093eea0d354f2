"""Metrics, logs, traces, alerts, dashboards, and whom they tell."""
