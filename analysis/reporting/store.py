# SPDX-License-Identifier: BSD-2-Clause
"""All that was derived, as CSV files and as one SQLite data base.

The JSON lines stay the truth; these are for who asks questions of them.  Lists and
objects of a record are JSON text in their column.
"""

import json
import sqlite3

import pandas as pd


def flat(value):
    if isinstance(value, (list, dict)):
        return json.dumps(value, sort_keys=True)
    return value


def frame(rows):
    return pd.DataFrame([{name: flat(value) for name, value in row.items()} for row in rows])


def write_csv(path, rows):
    frame(rows).to_csv(path, index=False)


def write_sqlite(path, tables):
    """{name: rows}, each a table; tables without rows are left out."""
    path.unlink(missing_ok=True)
    base = sqlite3.connect(path)
    try:
        for name, rows in tables.items():
            if rows:
                frame(rows).to_sql(name, base, index=False)
        base.commit()
    finally:
        base.close()
