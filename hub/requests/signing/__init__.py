"""From signatures to publication: the payload, the log, the witnesses."""
