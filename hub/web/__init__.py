"""What the hub's pages share: built assets, templates, security headers, event streams, the signer's static page."""
