# SPDX-License-Identifier: BSD-2-Clause
"""What the deterministic scheduler promises, each promise with a command that shows it."""
