"""Judges a log directory with aics-tlog (PyPI, Python 3.12 or later).

    log.py DIRECTORY VKEY INDICES SIZES

Verifies DIRECTORY/checkpoint by VKEY, audits every tile and every entry bundle, builds all of them anew from the entries,
and prints the proofs that it makes: of inclusion of each of INDICES and of consistency with each of SIZES (separated by
commas, possibly none). Whatever is wrong ends it with a status other than 0.
"""

import sys
from base64 import b64encode
from pathlib import Path

import aics_tlog
from aics_tlog.tiles import FileSystemTileReader, materialise_tiles


def check(holds, what):
    if not holds:
        sys.exit(what)


def shown(kind, number, proof):
    print(kind, number, *(b64encode(hash_).decode() for hash_ in proof))


def main(directory, vkey, indices, sizes):
    key = aics_tlog.parse_vkey(vkey)
    note = aics_tlog.parse_note((Path(directory) / "checkpoint").read_bytes())
    verified = aics_tlog.verify_checkpoint(note, key, expected_origin=key.name)
    check(verified.ok, verified.error)
    size, root = verified.size, verified.root

    reader = FileSystemTileReader(directory)
    audited = aics_tlog.audit_tiles(reader, size, root)
    proven = aics_tlog.VerifiedTileReader(reader, size, root)
    entries = [proven.entry(index) for index in range(size)]
    tree = aics_tlog.MerkleTree(entries)
    check(tree.root() == root, "the entries do not give the root")
    made = materialise_tiles(entries)
    for path, data in made.items():
        check((Path(directory) / path).read_bytes() == data, f"{path} is not what the entries give")
    check(audited.tiles + audited.bundles == len(made), "the audit did not look at everything")

    for index in map(int, filter(None, indices.split(","))):
        proof = aics_tlog.inclusion_proof_from_tiles(proven, index, size)
        check(aics_tlog.verify_leaf_inclusion(entries[index], index, size, proof, root), f"inclusion of {index}")
        shown("inclusion", index, proof)
    for old in map(int, filter(None, sizes.split(","))):
        proof = aics_tlog.consistency_proof_from_tiles(proven, old, size)
        check(aics_tlog.verify_consistency(old, size, tree.root(old), root, proof), f"consistency with {old}")
        shown("consistency", old, proof)
    print("whole", size, b64encode(root).decode())


main(*sys.argv[1:])
