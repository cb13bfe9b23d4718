#!/usr/bin/env python3
"""Bytes of the steps of some models, counted under MPI, beside the fewest possible.

  figures.py BIN [--ranks 1,2,3,4] [--check] [-- options of step_figures]

The fewest, for the partition that step_figures makes: each rank needs each row that others own and its own rows of the
matrix name, once for each dense operand on the way there, and sends a partial sum for each once on the way back. The
rows are counted here, from the columns that each rank says its rows name: no code of the planner is asked.
--check: exit 1 unless no more is sent than that, spgrad counts what was counted outside, no warm step wants a new buffer
or a page, and 1,000 different mini-batches make one plan and take no more memory.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

# model, kind -> the widths of all rows that must travel, as names of sizes
WIDTHS = {
    ("spmm", "forward"): ["width"],
    ("spmm chain", "forward"): ["width"] * 2,
    ("spmm chain", "forward + gradient"): ["width"] * 4,
    ("spmm chain", "hvp"): ["width"] * 4,  # of a quadratic: its gradient, of the direction
    ("softmax regression", "forward"): ["classes"],
    ("softmax regression", "forward + gradient"): ["classes"] * 2,
    ("softmax regression", "hvp"): ["classes"] * 3,  # weights, direction; back: the result
    ("graph convolution", "forward"): ["hidden", "classes"],
    ("graph convolution", "forward + gradient"): ["hidden", "classes"] * 2,
    # Both layers and their tangents; back: both cotangents of the second layer, the tangent's of the first.
    ("graph convolution", "hvp"): ["hidden", "classes"] * 2 + ["classes", "classes", "hidden"],
    ("sparse attention", "forward"): ["hidden", "classes"],
    ("sparse attention", "forward + gradient"): ["hidden", "classes"] * 2,
    ("sparse attention", "hvp"): ["hidden", "classes"] * 3,
    ("matrix factorisation", "forward"): ["hidden"],
    ("matrix factorisation", "forward + gradient"): ["hidden"] * 2,
    ("matrix factorisation", "hvp"): ["hidden"] * 3,
}


def mpirun(bin_dir, ranks, more, options):
    """The JSON lines on standard output, and those of the counter on standard error."""
    command = ["mpirun", "--oversubscribe", "--timeout", "280", "-n", str(ranks)] + more
    env = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1", OPENBLAS_NUM_THREADS="1")
    done = subprocess.run(command + [f"{bin_dir}/step_figures"] + options, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"step_figures on {ranks} ranks: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return ([json.loads(line) for line in text.splitlines() if line.startswith('{"')] for text in (done.stdout, done.stderr))


def counted_steps(bin_dir, ranks, options, folder):
    steps, counted = mpirun(bin_dir, ranks, ["-x", f"LD_PRELOAD={bin_dir}/libcount_bytes.so"],
                            ["--folder", folder] + options)
    if len(steps) != len(counted) or not steps:
        sys.exit(f"{len(steps)} steps, but {len(counted)} were counted")
    return [{**step, **count} for step, count in zip(steps, counted)]


def ghost_rows(folder, model, ranks):
    """Rows that others own, summed over the ranks that name them; and what an all-gather would send instead."""
    ghosts, rows = 0, 0
    for r in range(ranks):
        with open(f"{folder}/{model}.{r}") as f:
            begin, end = map(int, f.readline().split())
            named = {int(line) for line in f}
        ghosts += sum(not begin <= c < end for c in named)
        rows += end - begin
    return ghosts, (ranks - 1) * rows


def complaints(step):
    name = f"{step['model']}, {step['kind']}, {step['ranks']} ranks"
    if step["message_bytes"] != step["fewest"]:
        yield f"{name}: {step['message_bytes']} bytes of halo were sent, but {step['fewest']} suffice"
    apart = abs(step["message_bytes"] + step["collective_bytes"] - step["bytes_sent"])
    if apart > step["ranks"] * step["collectives"]:  # it rounds each collective of each rank
        yield f"{name}: bytes_sent says {step['bytes_sent']}, but {apart} more or less were counted"
    if step["pool_misses"] != 0 or step["large_allocations"] != 0:
        yield (f"{name}: a warm step wanted {step['pool_misses']} new buffers, and a page or more "
               f"{step['large_allocations']} times")


def batch_complaints(bin_dir):
    """Of 1,000 different batches; the sizes of a third of them are new to the pool of buffers after the first third."""
    for ranks in 1, 2:
        (run,), _ = mpirun(bin_dir, ranks, [], ["--part", "batches", "--batches", "1000", "--turns", "1"])
        print(f"\n{run['batches']} batches on {ranks} ranks: {run['plans']} plan, memory grows to "
              f"{run['live_growth']:.3f} times what it was (with that of MPI and PETSc {run['malloc_growth']:.3f})")
        if run["plans"] != 1:
            yield f"{run['batches']} batches on {ranks} ranks made {run['plans']} plans"
        if max(run["live_growth"], run["malloc_growth"]) > 1.05:  # what a batch needs, kept, would double it
            yield f"memory grows with the number of batches on {ranks} ranks: {run['live_growth']}, {run['malloc_growth']}"


def print_bytes(steps):
    print("| model | step | ranks | halo bytes | messages | fewest | ratio | all-gather | collectives | their bytes "
          "| bytes_sent |\n|---|---|" + "--:|" * 9)
    for s in steps:
        ratio = f"{s['message_bytes'] / s['fewest']:.2f}" if s["fewest"] else "-"
        print(f"| {s['model']} | {s['kind']} | {s['ranks']} | {s['message_bytes']:,} | {s['messages']} | {s['fewest']:,} "
              f"| {ratio} | {s['all_gather']:,} | {s['collectives']} | {s['collective_bytes']:,} | {s['bytes_sent']:,} |")


def print_memory(steps):
    """Above what is there before a warm step, of the rank that needs most."""
    print("\n| model | step | ranks | peak MB | above forward | entries + activations, MB | ratio | new buffers "
          "| allocations of a page | all |\n|---|---|" + "--:|" * 8)
    forward = {(s["model"], s["ranks"]): s["peak_bytes"] for s in steps if s["kind"] == "forward"}
    for s in steps:
        more = s["peak_bytes"] - forward[s["model"], s["ranks"]]
        allowed = s["entry_bytes"] + s["activation_bytes"]
        print(f"| {s['model']} | {s['kind']} | {s['ranks']} | {s['peak_bytes'] / 2**20:.2f} | {more / 2**20:.2f} "
              f"| {allowed / 2**20:.2f} | {more / allowed:.2f} | {s['pool_misses']} | {s['large_allocations']} "
              f"| {s['allocations']} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin")
    parser.add_argument("--ranks", default="1,2,3,4")
    parser.add_argument("--check", action="store_true")
    arguments, options = parser.parse_known_args()
    bin_dir, steps = os.path.abspath(arguments.bin), []
    for ranks in map(int, arguments.ranks.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            for step in counted_steps(bin_dir, ranks, [o for o in options if o != "--"], folder):
                ghosts, elsewhere = ghost_rows(folder, step["model"], ranks)
                bytes_a_row = 8 * sum(step[width] for width in WIDTHS[step["model"], step["kind"]])
                step["fewest"], step["all_gather"] = ghosts * bytes_a_row, elsewhere * bytes_a_row
                steps.append(step)
    print_bytes(steps)
    print_memory(steps)
    wrong = [line for step in steps for line in complaints(step)]
    if arguments.check:
        wrong += batch_complaints(bin_dir)
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong and arguments.check else 0)


main()
