"""What Flowise's queues are called in the cache."""

# Flowise's own default, and what BullMQ calls the jobs that no worker has taken yet (utils of bullmq: getKeys)
QUEUE_NAME = "flowise-queue"
# the keys of all releases' queues, as a pattern of the cache's access lists
QUEUE_KEYS = f"bull:{QUEUE_NAME}*"


def waiting_predictions(queue_name: str) -> str:
    """Return the list in the cache that holds predictions which wait for a worker."""
    return f"bull:{queue_name}-prediction:wait"
