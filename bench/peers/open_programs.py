"""Programs that are all open at once and asked in turn; each is stopped while another one runs."""

import os
import signal
import statistics
import sys

from peers import MODEL, LineProcess, PeerFailed


class Program:
    """One of them, with its seconds for each figure: a median of calls, one a round."""

    def __init__(self, name, command, threads, model):
        self.name = name
        self.seconds = {}
        self.process = LineProcess(command, threads)
        try:
            self.version = self.process.ask({"op": "load", "model": str(model), "threads": threads})["version"]
        except BaseException:
            self.process.stop()
            raise
        self.signal(signal.SIGSTOP)

    def signal(self, number):
        os.killpg(self.process.process.pid, number)

    def time(self, figure, calls, with_warm_up):
        self.signal(signal.SIGCONT)
        if with_warm_up:
            self.process.embed(calls[0])
        seconds = statistics.median(self.process.embed(texts)["seconds"] for texts in calls)
        self.signal(signal.SIGSTOP)
        self.seconds.setdefault(figure, []).append(seconds)


class OpenPrograms:
    """A context: what `commands` (name -> command) starts, without those that fail, which are named on stderr."""

    def __init__(self, commands, threads, model=MODEL):
        self.commands, self.threads, self.model = commands, threads, model
        self.programs = []

    def __enter__(self):
        signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))  # which ends the programs, stopped ones too
        try:
            for name, command in self.commands.items():
                self.open(name, command)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def open(self, name, command):
        try:
            self.programs.append(Program(name, command, self.threads, self.model))
        except (PeerFailed, OSError) as error:
            print(f"{name}: {error}", file=sys.stderr)

    def stop(self):
        for program in self.programs:
            program.process.stop()

    def measure(self, calls, rounds, once=()):
        """Times `calls` (figure -> lists of texts, one list a call), those of `once` in the first round alone and without
        a warm-up. Returns the load average after each round."""
        loads = []
        for number in range(rounds):
            shift = number * max(1, len(self.programs) // rounds) % len(self.programs)
            for figure, texts in calls.items():
                if figure in once and number > 0:
                    continue
                for program in self.programs[shift:] + self.programs[:shift]:
                    program.time(figure, texts, with_warm_up=figure not in once)
            loads.append(os.getloadavg()[0])
            print(f"round {number + 1} of {rounds}, load {loads[-1]:.1f}", file=sys.stderr)
        return loads
