"""A Reolink camera or recorder that a test can script: its logins, its clock on the wall, its files.

What it answers was read from its published client, `reolink-aio` 0.19 to 0.21
(https://github.com/starkillerOG/reolink_aio, MIT): `api.py` (the one address, logins, `Search`, `Download`, `Playback`,
`NvrDownload`, and that its JSON calls itself a page), `typings.py` (names of files, `GetTime`). In
`tests/milton_share/sources/reolink/test_published_client.py` that client logs in here, searches and downloads. No line
of it is copied.
"""
