"""The settings of the home, its cameras, its approvers, and its folders."""
