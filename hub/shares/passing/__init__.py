"""Passing a share on to one named person outside of the agency, once its owner agrees."""
