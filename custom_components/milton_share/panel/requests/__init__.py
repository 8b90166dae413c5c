"""What an approver can do about a request: review footage, decide, add files, keep evidence, manage shares."""
