"""A UniFi Protect console that a test can script: its logins, cameras and exports, over TLS with its own certificate.

What it answers was read from its published client, `uiprotect` 10.1 to 23.0 (https://github.com/uilibs/uiprotect, MIT):
`api.py` (login, cookies, the private API's paths, `video/export` and that its ends are "approximate"), `data/` (which
fields its models need: `forms.json`). `tests/milton_share/sources/protect/test_published_client.py` has that client log
in here, list the cameras and export. No line of it is copied.
"""
