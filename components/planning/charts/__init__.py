"""What each chart is told, beyond its defaults: a module a chart."""
