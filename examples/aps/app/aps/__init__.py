"""Sistema APS: visits of primary health care, by team and month."""
