#!/usr/bin/env python3
"""Verifies a proof of one ledger entry without Subrosa: written from docs/format.md alone, with nothing but Python's
own library and `cryptography` (Debian: python3-cryptography).

    verify_proof.py PROOF VKEY [PACKAGE]

VKEY is the verifier key of the log, from somewhere you trust. With PACKAGE, the age file that came with the proof, it
checks that the entry speaks of this file. Prints what the entry shows. Ends with 0, or with 5 and the reason.
"""
import base64, hashlib, hmac, json, re, signal, struct, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LIMIT, P = 256 << 10, 2**255 - 19
ORDER_8 = int.from_bytes(bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"), "little")
NAME = re.compile(r"[^\s+\x00-\x1f\x7f-\x9f]+")

class Refused(Exception):
    """The reason why nothing is proved."""

def require(holds, reason):
    if not holds:
        raise Refused(reason)

def unbase64(text, length=None):
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text and length in (None, len(data)), "base64 of another form or length")
    return data

def number(text):
    require(re.fullmatch("0|[1-9][0-9]{0,18}", text) and int(text) < 2**63, "a number is not spelled as one")
    return int(text)

def check_point(point):
    y = int.from_bytes(point, "little") % 2**255
    require(y < P and y not in (0, 1, P - 1, ORDER_8, P - ORDER_8), "a point of small order, or in a second spelling")

def read_vkey(text):
    name, key_id, key = (text.split("+", 2) + ["", ""])[:3]
    raw = unbase64(key, 33)  # its type, then the point
    require(NAME.fullmatch(name) and raw[0] == 1, "not an Ed25519 verifier key")
    require(hashlib.sha256(name.encode() + b"\n" + raw).hexdigest()[:8] == key_id, "the key's id is not its own")
    check_point(raw[1:])
    return name, bytes.fromhex(key_id), raw[1:]

def open_note(note, name, key_id, public):
    """The text of a note that this key, and whoever else, has signed."""
    require("\n\n" in note and note.endswith("\n"), "the checkpoint is no signed note")
    text, lines = note[: note.rindex("\n\n") + 1], note[note.rindex("\n\n") + 2 : -1].split("\n")
    by_key = []
    for line in lines:
        dash, signer, data = (line.split(" ") + ["", ""])[:3]
        require(dash == "—" and NAME.fullmatch(signer) and line.count(" ") == 2, "a signature line is not one")
        require(len(unbase64(data)) >= 5, "a signature is empty")
        if (signer, unbase64(data)[:4]) == (name, key_id):
            by_key.append(unbase64(data, 68)[4:])
    require(len(lines) <= 64 and len(by_key) == 1, "not signed exactly once by this key, or by more than 64")
    check_point(by_key[0][:32])
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(by_key[0], text.encode())
    except InvalidSignature:
        raise Refused("the signature does not hold") from None
    return text

def root_of(leaf, index, size, path):
    """The root that a leaf and the hashes beside its way lead to (RFC 9162, section 2.1.3.2)."""
    node, last, root = index, size - 1, leaf
    for beside in path:
        require(last > 0, "more hashes than the tree is high")
        if node & 1 or node == last:
            root = hashlib.sha256(b"\1" + beside + root).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = hashlib.sha256(b"\1" + root + beside).digest()
        node, last = node >> 1, last >> 1
    require(last == 0, "fewer hashes than the tree is high")
    return root

def jcs(value):
    """The one spelling (RFC 8785) of the values that an event may hold."""
    if isinstance(value, dict):
        require(all(map(str.isascii, value)), "a name is not ASCII")
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{jcs(name)}:{jcs(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    if isinstance(value, str):
        require(not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", value), "a text holds a control character")
    elif value is not None and not isinstance(value, bool):
        require(isinstance(value, int) and abs(value) < 2**53, "a number is not an integer within 2^53-1")
    return json.dumps(value, ensure_ascii=False)

def commitment(origin, index, fields):
    data = f"subrosa/event/v1\n{origin}\n".encode() + struct.pack(">Q", index)
    for name, field in sorted(fields.items()):
        is_field = isinstance(field, dict) and sorted(field) in (["digest"], ["salt", "value"])
        require(is_field and len(name) < 2**16, "a field is neither shown nor hidden")
        digest = unbase64(field.get("digest", field.get("salt")), 32)
        if "value" in field:
            digest = hmac.digest(digest, jcs(field["value"]).encode(), "sha256")
        data += struct.pack(">H", len(name)) + name.encode() + digest
    return hashlib.sha256(data).digest()

def verify(proof, vkey):
    """What the proof shows: index, size of the log, and the fields."""
    text = proof.decode("utf-8")
    require(len(proof) <= LIMIT and not re.search("[\x00-\x09\x0b-\x1f]", text), "too long, or a control character")
    head, _, note = text.partition("\n\n")
    version, extra, place, *path = (head.split("\n") + ["", ""])[: max(3, head.count("\n") + 1)]
    require(version == "c2sp.org/tlog-proof@v1", "not a proof of version 1")
    require(extra.startswith("extra "), "nothing is shown, not even the kind: not proved")
    require(place.startswith("index ") and len(path) <= 63, "no index, or more than 63 hashes")
    checkpoint = open_note(note, *vkey).split("\n")
    require(len(checkpoint) == 4 and checkpoint[0] == vkey[0], "not the three lines of this log's checkpoint")
    index, size = number(place[6:]), number(checkpoint[1])
    require(0 < index < size, "no event stands at this index")
    shown = json.loads(unbase64(extra[6:]))
    require(jcs(shown).encode() == unbase64(extra[6:]), "what is shown is not in its one spelling")
    fields = shown.get("fields") if isinstance(shown, dict) and len(shown) == 1 else None
    require(isinstance(fields, dict), "what is shown is not a list of fields")
    leaf = hashlib.sha256(b"\0SRL1\0" + commitment(vkey[0], index, fields)).digest()
    found = root_of(leaf, index, size, [unbase64(line, 32) for line in path])
    require(found == unbase64(checkpoint[2], 32), "the entry is not under the signed root")
    require("value" in fields.get("kind", {}), "the kind is hidden: not proved")
    return index, size, fields

def check_package(path, fields):
    digest, size = hashlib.sha256(), 0
    with open(path, "rb") as package:
        for chunk in iter(lambda: package.read(1 << 20), b""):
            digest.update(chunk)
            size += len(chunk)
    for name, value in (("package", digest.hexdigest()), ("size", size)):
        require(fields.get(name, {}).get("value") == value, f"the {name} is not the entry's, or not shown")

def main(file, vkey, package=None):
    try:
        with open(file, "rb") as proof:
            index, size, fields = verify(proof.read(LIMIT + 1), read_vkey(vkey))
        if package is not None:
            check_package(package, fields)
    except (Refused, ValueError, TypeError, RecursionError) as reason:
        print(f"REFUSED: {reason}", file=sys.stderr)
        return 5
    print(f"entry {index} of {size} in {vkey.split('+')[0]}" + (", and this is its package" if package else ""))
    for name, field in sorted(fields.items()):
        print(f"{name}: {json.dumps(field['value']) if 'value' in field else 'hidden'}")
if hasattr(signal, "SIGPIPE"): signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # who closes a pipe has read enough
if __name__ == "__main__": sys.exit(main(*sys.argv[1:]) if 3 <= len(sys.argv) <= 4 else __doc__)
