# SPDX-License-Identifier: BSD-2-Clause
"""From records to a page: what `vmrace report` is made of.

The order of the modules is the way of a record: reading and words (lines to
records, names to sentences), measurements (records to a table), hodges_lehmann and
ranks (statistics of numbers), compare (of two cells of the table), claims and equal
(of the whole), then what is written: store, races, searches, sarif, junit, plot_*,
page.
"""
