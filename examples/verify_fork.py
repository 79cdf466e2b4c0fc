#!/usr/bin/env python3
"""Verifies evidence of a fork without Subrosa: that one key signed two heads which no ledger that only grows has both.
Beside verify_proof.py, from which it takes how a note is read; else Python's own library and `cryptography`.

    verify_fork.py EVIDENCE VKEY

VKEY is the verifier key of the log, from somewhere you trust. Prints what is proved. Ends with 0, or with 5 and the reason.
"""
import hashlib, json, sys
sys.dont_write_bytecode = True
from verify_proof import Refused, number, open_note, read_vkey, require, unbase64

def head_of(note, vkey):
    """Size and root of a checkpoint that this key has signed."""
    lines = open_note(note, *vkey).split("\n")
    if lines[0] == "subrosa/successor/v1":  # a link to the log that continues this one names its last head
        link = json.loads(lines[1])
        require(len(lines) == 3 and link["origin"] == vkey[0], "not the two lines of this log's link")
        return link["size"], unbase64(link["root"], 32)
    require(len(lines) == 4 and lines[0] == vkey[0], "not the three lines of this log's checkpoint")
    return number(lines[1]), unbase64(lines[2], 32)

def roots_of(old, new, first, proof):
    """The roots of the trees of these sizes that a consistency proof leads to (RFC 9162, section 2.1.4.2)."""
    node, last, path = old - 1, new - 1, list(proof)
    if old & (old - 1) == 0:
        path.insert(0, first)
    while node & 1:
        node, last = node >> 1, last >> 1
    require(path, "no hashes")
    one = other = path[0]
    for beside in path[1:]:
        require(last > 0, "more hashes than the tree is high")
        if node & 1 or node == last:
            one = hashlib.sha256(b"\1" + beside + one).digest()
            other = hashlib.sha256(b"\1" + beside + other).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            other = hashlib.sha256(b"\1" + other + beside).digest()
        node, last = node >> 1, last >> 1
    require(last == 0, "fewer hashes than the tree is high")
    return one, other

def verify(evidence, vkey):
    """What is proved, in words."""
    parts = evidence.decode("utf-8").split("\n\n")
    require(len(parts) in (4, 5), "not two notes")
    notes = [f"{parts[at]}\n\n{parts[at + 1]}\n" for at in (0, 2)]
    notes[1] = notes[1].rstrip("\n") + "\n"
    (old, smaller), (new, larger) = (head_of(note, vkey) for note in notes)
    if old == new:
        require(smaller != larger, "it is one head, twice: not proved")
        return f"{vkey[0]} signed two roots of its first {old} entries"
    require(old < new and len(parts) == 5, "nothing shows that they exclude each other: not proved")
    root, size, *proof = parts[4].rstrip("\n").split("\n")
    require(root.startswith("root ") and size == f"old {old}", "not the proof of that size")
    root = unbase64(root[5:], 32)
    found = roots_of(old, new, root, [unbase64(line, 32) for line in proof])
    require(found == (root, larger), "the proof does not hold: not proved")
    require(root != smaller, "the larger head continues the smaller one: no fork")
    return f"{vkey[0]} signed a head of {new} entries that does not continue its head of {old}"

def main(file, vkey):
    try:
        with open(file, "rb") as evidence:
            print("FORKED:", verify(evidence.read(768 << 10), read_vkey(vkey)))
    except (Refused, ValueError, TypeError, KeyError) as reason:
        print(f"REFUSED: {reason}", file=sys.stderr)
        return 5
if __name__ == "__main__": sys.exit(main(*sys.argv[1:]) if len(sys.argv) == 3 else __doc__)
