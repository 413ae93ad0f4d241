"""W5: all communes of the nation file in the same seconds, each over a connection and with a key of its own. The
reference is a bare ROUTER under the same storm. The quick form is storm.py's own."""

import os

from measure import PROGRAMS, Numbers, Plan, Row, medians, say

os.environ.setdefault("BENCH_STORM", str(PROGRAMS / "bench_storm"))
os.environ.setdefault("BENCH_BARE_ROUTER", str(PROGRAMS / "bench_bare_router"))

import storm  # noqa: E402

ROUNDS = 3


def numbers(row: dict) -> Numbers:
    clients = row["clients"]
    return {"per_s": clients / row["seconds"], "p50_us": row["p50_ms"] * 1000, "p99_us": row["p99_ms"] * 1000,
            "cpu_us": row["cpu_s"] * 1e6 / clients, "written": row["written_mib"] * 2**20 / clients,
            "rss_peak": row["peak_mib"] * 2**20, "anonymous": row["anon_mib"] * 2**20, "connected": row["connected"]}


def rows(plan: Plan) -> list[Row]:
    if plan.is_quick:
        return []
    ours, bare = [], []
    for nth in range(ROUNDS):
        say(f"W5, round {nth + 1}")
        daemon, router = storm.run(storm.FULL)
        ours.append(numbers(daemon))
        bare.append(numbers(router))
    clients = [{"connected": storm.FULL.clients} for _ in ours]
    return [medians("W5", ours), medians("W5 bare ROUTER", bare), medians("W5 clients", clients)]
