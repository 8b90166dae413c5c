"""Homes that live through days within seconds, and what everybody outside sees of them (law 1).

``python -m tests.simulators.silence`` runs real Home Assistant cores with the real integration, one after the other, on
a clock that jumps, behind a recorder of every byte; `features` and `classifiers` try to tell them apart.
"""
