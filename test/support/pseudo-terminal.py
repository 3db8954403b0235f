"""Run a program on a pseudo-terminal and answer its questions.

usage: pseudo-terminal.py COLUMNS STEPS PROGRAM ARGUMENT...

STEPS is a JSON array of [text, keys]: when the program has shown the text, after what was seen of it before, the keys
are typed. What the program shows goes to stdout. The exit status is that of the program; 99 if a text did not come.
"""

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

LIMIT = 300.0
# A prompt draws itself anew after each key; keys that come sooner than it listens would be lost.
SETTLED = 0.15


def main():
    columns, steps, program = int(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3:]
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(program[0], program)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, columns, 0, 0))
    seen, typed, ended = b"", 0, time.monotonic() + LIMIT
    while time.monotonic() < ended:
        ready, _, _ = select.select([terminal], [], [], SETTLED)
        if ready:
            try:
                part = os.read(terminal, 65536)
            except OSError:
                part = b""
            if part == b"":
                break
            sys.stdout.buffer.write(part)
            seen += part
        elif steps:
            at = seen.find(steps[0][0].encode(), typed)
            if at != -1:
                typed = len(seen)
                for key in steps.pop(0)[1]:
                    os.write(terminal, key.encode())
                    time.sleep(SETTLED)
    else:
        os.kill(child, 9)
    sys.stdout.flush()
    _, status = os.waitpid(child, 0)
    if steps:
        sys.exit(99)
    sys.exit(os.waitstatus_to_exitcode(status))


main()
