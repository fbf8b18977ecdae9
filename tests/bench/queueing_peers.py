"""The M/M/1 of benches/balancers.rs in SimPy and in Ciw: customers a second, every customer's wait and sojourn recorded.

    queueing_peers.py        prints a line of JSON for each peer
    queueing_peers.py -      also reads what `cargo bench` prints, passes it on, and sets ours beside them (make bench)

Each peer is used as its documentation shows. A run whose mean wait is not the theory's is not worth timing: it fails.
CUSTOMERS= and RUNS= change how much is run.
"""

import json
import os
import random
import re
import statistics
import sys
import time
from importlib.metadata import version

import ciw
import simpy

ARRIVAL_RATE, SERVICE_RATE = 0.8, 1.0
MEAN_WAIT = ARRIVAL_RATE / (SERVICE_RATE * (SERVICE_RATE - ARRIVAL_RATE))
CUSTOMERS = int(os.environ.get("CUSTOMERS", 100_000))
RUNS = int(os.environ.get("RUNS", 5))
BATCHES = 20
# Of ours, natively.
BUDGET = 5_000_000


def in_simpy(seed):
    draws = random.Random(seed)
    waits, sojourns = [], []

    def customer(env, server):
        arrived = env.now
        with server.request() as turn:
            yield turn
            waits.append(env.now - arrived)
            yield env.timeout(draws.expovariate(SERVICE_RATE))
        sojourns.append(env.now - arrived)

    def source(env, server):
        for _ in range(CUSTOMERS):
            yield env.timeout(draws.expovariate(ARRIVAL_RATE))
            env.process(customer(env, server))

    began = time.perf_counter()
    env = simpy.Environment()
    env.process(source(env, simpy.Resource(env, capacity=1)))
    env.run()
    return time.perf_counter() - began, waits, sojourns


def in_ciw(seed):
    ciw.seed(seed)
    began = time.perf_counter()
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=ARRIVAL_RATE)],
        service_distributions=[ciw.dists.Exponential(rate=SERVICE_RATE)],
        number_of_servers=[1],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(CUSTOMERS)
    took = time.perf_counter() - began
    # The records were kept as it ran; collecting them into one list is not timed.
    records = sorted(simulation.get_all_records(), key=lambda record: record.arrival_date)
    return took, [record.waiting_time for record in records], [record.exit_date - record.arrival_date for record in records]


def batch_means(values):
    """The means of equally long parts, without the first tenth, in which the queue still knows that it began empty."""
    size = len(values) * 9 // 10 // BATCHES
    kept = values[len(values) - size * BATCHES:]
    return [statistics.fmean(kept[at:at + size]) for at in range(0, len(kept), size)]


def half_width(means):
    """Of the mean of `means`, at 99.9 %: Student's t from the normal quantile (Abramowitz and Stegun, 26.7.5)."""
    x, freedom = 3.2905, len(means) - 1
    t = x + (x**3 + x) / (4 * freedom) + (5 * x**5 + 16 * x**3 + 3 * x) / (96 * freedom**2)
    return t * statistics.stdev(means) / len(means) ** 0.5


def check(peer, what, means, expected):
    mean, half = statistics.fmean(means), half_width(means)
    if abs(mean - expected) > half or half > 0.15 * expected:
        sys.exit(f"{peer}: the mean {what} is {mean:.3f} ± {half:.3f}, by theory {expected:.3f}: not the same model, or too few customers")
    return mean, half


def measure(peers):
    """The peers take turns, so that what else the machine does strikes all of them."""
    times = {peer: [] for peer in peers}
    waits = {peer: [] for peer in peers}
    sojourns = {peer: [] for peer in peers}
    for seed in range(1, RUNS + 1):
        for peer, run in peers.items():
            took, waited, stayed = run(seed)
            assert len(waited) == len(stayed) == CUSTOMERS, f"{peer}: {len(waited)} customers were recorded"
            times[peer].append(took)
            waits[peer] += batch_means(waited)
            sojourns[peer] += batch_means(stayed)
    rates = {}
    for peer in peers:
        mean, half = check(peer, "wait", waits[peer], MEAN_WAIT)
        check(peer, "sojourn", sojourns[peer], MEAN_WAIT + 1 / SERVICE_RATE)
        rates[peer] = CUSTOMERS / statistics.median(times[peer])
        figures = {
            "peer": peer,
            "customers_per_second": round(rates[peer]),
            "of_each_run": [round(CUSTOMERS / took) for took in times[peer]],
            "mean_wait": round(mean, 3),
            "half_width": round(half, 3),
            "by_theory": round(MEAN_WAIT, 3),
        }
        print(json.dumps(figures), flush=True)
    return rates


def median_of(text, bench):
    """The median of a benchmark in divan's table, in items a second: the third such figure after its name."""
    figures = re.search(rf"─ {bench}\s.*\n(.*item/s.*)", text)
    figures = re.findall(r"([\d.]+) ([KMG]?)item/s", figures[1]) if figures else []
    if len(figures) != 4:
        sys.exit(f"{bench} is not in what cargo bench printed, or divan prints it in another way")
    number, scale = figures[2]
    return float(number) * {"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[scale]


OURS = {"mm1_recorded": "every customer recorded, as in the peers", "mm1_counted": "histograms and totals"}


def main():
    ours = {}
    if sys.argv[1:] == ["-"]:
        text = ""
        for line in sys.stdin:
            print(line, end="", flush=True)
            text += line
        ours = {bench: median_of(text, bench) for bench in OURS}
    rates = measure({f"SimPy {version('simpy')}": in_simpy, f"Ciw {version('ciw')}": in_ciw})
    for bench, rate in ours.items():
        beside = ", ".join(f"{rate / other:.0f} times {peer}" for peer, other in rates.items())
        budget = f"; budget {BUDGET / 1e6:.0f} million" if bench == "mm1_counted" else ""
        print(f"ours, {OURS[bench]}: {rate / 1e6:.2f} million customers/s, {beside}{budget}")


if __name__ == "__main__":
    main()
