"""Fuzzing of every parser of outside input; CONTRIBUTING.md tells how it is run.

This file imports nothing: what is to be watched while it runs has to be imported under the eyes of the fuzzer.
"""
