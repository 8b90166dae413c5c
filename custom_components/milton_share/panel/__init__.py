"""What approvers can see and do, through the panel or any other client."""
