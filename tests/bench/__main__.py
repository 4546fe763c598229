"""`bin/bench NAME`: measures, prints what it found, last line JSON; `--save` keeps it under docs/bench/."""
import argparse
import asyncio
import json
import os
import resource

import uvloop

from . import fanout, post, record


def arguments():
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    benches = parser.add_subparsers(dest="bench", required=True)
    for name, text in (("fanout", fanout.__doc__), ("post", post.__doc__)):
        one = benches.add_parser(name, help=text, description=text)
        one.add_argument("--seconds", type=float, default=8, help="measured, after the warm-up")
        one.add_argument("--json", action="store_true", help="print the JSON line only")
        one.add_argument("--save", action="store_true", help="keep the result under docs/bench/")
    fan = benches.choices["fanout"]
    fan.add_argument("--clients", type=int, default=200, help="tabs in the room")
    fan.add_argument("--rate", type=float, default=0, help="messages a second; 0: as fast as everybody receives them")
    fan.add_argument("--vs", action="append", default=[], choices=fanout.PEERS, help="a yardstick in the same run; repeatable")
    return parser.parse_args()


def main():
    """Core 0 carries the load, the last core the target."""
    options = arguments()
    cores = sorted(os.sched_getaffinity(0))
    options.server_cores = {cores[-1]}
    os.sched_setaffinity(0, {cores[0]})
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    given = {key: value for key, value in vars(options).items() if key in ("clients", "rate", "seconds")}
    runs = {"fanout": (uvloop.run, fanout.fanout), "post": (asyncio.run, post.post)}
    run, bench = runs[options.bench]
    result = run(bench(options))
    entry = record.stamped(options.bench, given, result)
    if options.save:
        record.save(entry)
    if not options.json:
        for key, value in entry.items():
            print(f"{key:28} {value}")
    print(json.dumps(entry, ensure_ascii=False))


if __name__ == "__main__":
    main()
