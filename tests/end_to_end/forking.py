"""Starts one program again and again within a second: what it imports is imported once, each start is a fork.

    python forking.py LOG IMPORT[,IMPORT...] MODULE [ARGUMENT ...]

Prints "ready"; then, for each line on standard input, the number of a process that runs `python -m MODULE`.
"""

import importlib
import os
import runpy
import signal
import sys


def main() -> None:
    """Import, then fork for each line until standard input ends."""
    log, imports, module, *arguments = sys.argv[1:]
    for name in imports.split(","):
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that die
    print("ready", flush=True)
    for _ in sys.stdin:
        process = os.fork()
        if process == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            for target, source in ((0, os.open(os.devnull, os.O_RDONLY)), (1, output), (2, output)):
                os.dup2(source, target)
            sys.argv = [module, *arguments]
            runpy.run_module(module, run_name="__main__", alter_sys=True)
            return
        print(process, flush=True)


if __name__ == "__main__":
    main()
