#!/usr/bin/env python3
"""The records of a vault, read without Subrosa: by docs/format.md alone, with Python's standard library and age.

    records.py VAULT IDENTITY-FILE

prints a line for each record: id, version, title, tags, SHA-256 of its text. Every entry is checked against its leaf, every
log against its root, every record against its seal, size and digest. Signatures are left to examples/verify_proof.py.
"""
import base64, hashlib, hmac, json, pathlib, subprocess, sys, tempfile, tomllib

vault, me = pathlib.Path(sys.argv[1]), sys.argv[2]
sha = lambda data: hashlib.sha256(data).digest()
mac = lambda key, data: hmac.new(key, data, "sha256").digest()
jcs = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def fail(why):
    sys.exit(f"records.py: {why}")


def age(file, identity):
    done = subprocess.run(["age", "-d", "-i", identity, file], capture_output=True)
    return done.stdout if done.returncode == 0 else fail(f"{file}: {done.stderr.decode()}")


def secret(line):
    """The 32 bytes that an AGE-SECRET-KEY-1 line spells (bech32; its checksum is age's to check)."""
    bits = 0
    data = line.strip().lower().rsplit("1", 1)[1][:-6]
    for letter in data:
        bits = bits << 5 | "qpzry9x8gf2tvdw0s3jn54khce6mua7l".index(letter)
    return (bits >> (len(data) * 5 - 256)).to_bytes(32, "big")


def derived(key, info):
    return mac(mac(b"\0" * 32, key), info.encode() + b"\1")


# Section 1: the header, its key, and whether the holder of that key wrote it.
text = (vault / "vault.toml").read_bytes()
header = tomllib.loads(text.decode())
keys = vault / "keys" / str(header["epoch"])
opened = [subprocess.run(["age", "-d", "-i", me, file], capture_output=True) for file in sorted(keys.glob("owner-*.age"))]
identity = next((done.stdout.decode() for done in opened if done.returncode == 0), None) or fail("no key fits")
line = next(line for line in identity.splitlines() if line.startswith("AGE-SECRET-KEY-1"))
if mac(derived(secret(line), "subrosa/vault-auth/v1"), text[:-74]).hex() != header["auth"]:
    fail("vault.toml was not written with that key")
store = tempfile.NamedTemporaryFile("w")
store.write(identity)
store.flush()
if (keys / "earlier.age").exists():
    store.write(age(keys / "earlier.age", store.name).decode())
    store.flush()


# Sections 3 and 4: leaves, root, openings.
def tile_path(number):
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.insert(0, f"x{number % 1000:03}")
    return "/".join(groups)


def leaves_of(log, size):
    leaves = []
    while len(leaves) < size:
        width = min(256, size - len(leaves))
        file = vault / "ledger" / log / "tile/entries" / tile_path(len(leaves) // 256)
        partial = file.with_name(file.name + ".p") / str(width)
        data = (partial if width < 256 and partial.exists() else file).read_bytes()
        for _ in range(width):
            end = 2 + int.from_bytes(data[:2], "big")
            leaves.append(data[2:end])
            data = data[end:]
    return leaves


def root(hashes):
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\1" + root(hashes[:half]) + root(hashes[half:]))


# What of records may be erased, and what stands in its place. (Of other kinds, only that the kind is told is looked at.)
STEAD = {"actor": "erased", "date": None, "excerpt_of": None, "group": None, "label": "V", "name": None}
STEAD |= {"media_type": "application/octet-stream", "name_bytes": None, "record_kind": "other", "setting": None}
STEAD |= {"tags": [], "title": None, "added": [], "removed": []}
erased, lacking = {}, []


def digests(opening):
    """The event of an opening and the digest of each field; of a partial one, what is left of it."""
    if "event" in opening:
        event, salt = opening["event"], base64.b64decode(opening["salt"])
        return event, {n: mac(mac(salt, b"subrosa/field-salt/v1\n" + n.encode()), jcs(v)) for n, v in event.items()}
    fields = opening["fields"]
    event = {name: field["value"] for name, field in fields.items() if "value" in field}
    of = lambda field: mac(base64.b64decode(field["salt"]), jcs(field["value"]))
    return event, {n: of(f) if "value" in f else base64.b64decode(f["digest"]) for n, f in fields.items()}


def commitment(origin, index, digests):
    parts = b"subrosa/event/v1\n" + origin.encode() + b"\n" + index.to_bytes(8, "big")
    for name in sorted(digests):
        parts += len(name).to_bytes(2, "big") + name.encode() + digests[name]
    return sha(parts)


def note_erased(origin, index, event, names):
    hidden = names - set(event)
    if hidden & {"kind", "time", "object", "seal", "sha256", "size", "record", "client", "version"}:
        fail(f"{origin}: entry {index} lacks what is always kept")
    lacking.extend((origin, index, name) for name in hidden)
    if event["kind"] == "event.erased" and (event["origin"] != origin or event["index"] < index):
        erased.setdefault((event["origin"], event["index"]), set()).update(event["fields"])
    return event | {name: STEAD.get(name) for name in hidden}


def log_of(origin, vkey, size, expected):
    """The leaves and events of a log up to a size, both checked."""
    log = origin.removeprefix("subrosa/")
    leaves = leaves_of(log, size)
    if root([sha(b"\0" + leaf) for leaf in leaves]).hex() != expected:
        fail(f"{origin}: its entries do not give the root at {size}")
    if leaves[0][:5] != b"SRL1\1" or leaves[0][5:37] != base64.b64decode(vkey.split("+", 2)[2])[1:]:
        fail(f"{origin}: begun by another key")
    events = {}
    for number in range((size + 255) // 256):
        for opening in map(json.loads, age(vault / "journal" / log / f"{number:03}.age", store.name).splitlines()):
            index = opening["index"]
            if index >= size:
                continue
            event, fields = digests(opening)
            if leaves[index] != b"SRL1\0" + commitment(origin, index, fields):
                fail(f"{origin}: entry {index} is not the one in the ledger")
            events[index] = note_erased(origin, index, event, set(fields))
    if any(leaf[4] == 0 and index not in events for index, leaf in enumerate(leaves)):
        fail(f"{origin}: an entry is missing")
    return leaves, events


# Section 4: the line of logs, from the active one backwards; then forwards, with what was joined.
origin, size, top = (vault / "ledger" / header["origin"].removeprefix("subrosa/") / "checkpoint").read_text().split("\n")[:3]
active = (header["origin"], header["verifier"], int(size), base64.b64decode(top).hex())
line, at = [], active
while at:
    leaves, events = log_of(*at)
    line.insert(0, (at[0], at[2], events))
    at = None
    if leaves[1][4] == 2:
        past = events[2]
        closed = f"{past['origin']}\n{past['size']}\n{base64.b64encode(bytes.fromhex(past['root'])).decode()}\n"
        if sha(closed.encode()) != leaves[1][5:]:
            fail("a log continues another than it says")
        at = (past["origin"], past["vkey"], past["have"]["size"], past["have"]["root"])
reach = {origin: size for origin, size, _ in line}


def history(events, first=0):
    for index in sorted(index for index in events if index >= first):
        event = events[index]
        yield event
        if event["kind"] == "log.joined":
            origin, have = event["origin"], event["have"]
            first_new = max(event["from"], reach.get(origin, 0))
            reach[origin] = max(have["size"], reach.get(origin, 0))
            if first_new < have["size"]:
                yield from history(log_of(origin, event["vkey"], have["size"], have["root"])[1], first_new)


# Sections 2 and 3: what the events say, and the records themselves.
records, moved = {}, {}


def plain(object_id, seal, expected):
    while object_id in moved:
        object_id, seal = moved[object_id]
    file = vault / "records" / object_id[:2] / f"{object_id}.age"
    data = file.read_bytes()
    mark = data.index(b"\n--- ") + 1
    if sha(data[: data.index(b"\n", mark) + 17]).hex() != seal:
        fail(f"{file}: another seal")
    text = age(file, store.name)
    return text if sha(text).hex() == expected else fail(f"{file}: another text")


everything = [event for _, _, events in line for event in history(events)]
for origin, index, name in lacking:
    if name not in erased.get((origin, index), set()):
        fail(f"{origin}: entry {index} lacks {name}, and no entry says that it was erased")
for event in reversed(everything):
    if event["kind"] == "objects.resealed":
        items = event["list"]
        if isinstance(items, dict):
            items = map(json.loads, plain(items["object"], items["seal"], items["sha256"]).splitlines())
        moved.update({item["was"]: (item["object"], item["seal"]) for item in items})
for event in everything:
    if event["kind"] in ("record.added", "record.versioned"):
        records[event["record"]] = dict(event)
    elif event["kind"] == "record.tagged":
        tags = set(records[event["record"]]["tags"]) - set(event["removed"]) | set(event["added"])
        records[event["record"]]["tags"] = sorted(tags)
for name, record in sorted(records.items()):
    text = plain(record["object"], record["seal"], record["sha256"])
    if len(text) != record["size"]:
        fail(f"{name}: another size")
    print(name, record["version"], record["title"] or "", ",".join(record["tags"]), sha(text).hex(), sep="\t")
