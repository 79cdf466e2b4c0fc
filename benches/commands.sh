#!/bin/sh
# How long the commands take: `list` on a vault of 1,000 records and a single small `add`, with an identity file; how quickly
# a large record is sealed, and in how much memory.
#
#     benches/commands.sh [PROGRAM]
#
# Without a program it builds the release one. Everything happens in a temporary directory. Needs age-keygen (Debian: age)
# and GNU date; /usr/bin/time (Debian: time) for the memory. RECORDS, RUNS and MEBIBYTES change the sizes.
set -eu

records=${RECORDS:-1000}
runs=${RUNS:-20}
mebibytes=${MEBIBYTES:-1024}
if [ $# -gt 0 ]; then
    program=$(realpath "$1")
else
    cd "$(dirname "$0")/.."
    cargo build --release --locked --quiet
    program=${CARGO_TARGET_DIR:-$PWD/target}/release/subrosa
fi

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
trap 'exit 130' INT TERM
unset XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_CONFIG_HOME SUBROSA_VAULT SUBROSA_PASSPHRASE_FILE
export HOME="$home" SUBROSA_IDENTITY="$home/me.txt"
cd "$home"
umask 077

# The wall clock in microseconds.
now() { echo $(($(date +%s%N) / 1000)); }

# median NAME COMMAND...: the middle of several runs, in milliseconds.
median() {
    name=$1
    shift
    : >runs.txt
    run=0
    while [ "$run" -lt "$runs" ]; do
        begun=$(now)
        "$@" >/dev/null
        echo $(($(now) - begun)) >>runs.txt
        run=$((run + 1))
    done
    sort -n runs.txt | awk -v name="$name" -v runs="$runs" '
        { time[NR] = $1 }
        END { printf "%-32s %8.1f ms     median of %d, %.1f to %.1f\n",
              name, (time[int((NR + 1) / 2)] + time[int(NR / 2) + 1]) / 2000, runs, time[1] / 1000, time[NR] / 1000 }'
}

age-keygen -o me.txt 2>/dev/null
"$program" --batch init --owner "$(age-keygen -y me.txt)" >/dev/null
"$program" --batch client add mk-01 >/dev/null
mkdir notes
number=0
while [ "$number" -lt "$records" ]; do
    echo "Note $number. Sleeps better since the walks." >"notes/$number.txt"
    number=$((number + 1))
done
echo "A small note." >note.txt

begun=$(now)
"$program" --batch add --recursive notes --client mk-01 --kind progress-note >/dev/null
echo "$(($(now) - begun)) $records" | awk '{ printf "%-32s %8.1f ms     once\n", "add of " $2 " files", $1 / 1000 }'

median "the program alone (--version)" "$program" --version
median "list of $records records" "$program" list
median "add of a small note" "$program" --batch add note.txt --client mk-01 --kind progress-note

head -c "${mebibytes}M" /dev/zero >large
set -- "$program" --batch add large --client mk-01 --kind recording
if [ -x /usr/bin/time ]; then
    set -- /usr/bin/time -v -o usage "$@"
fi
begun=$(now)
"$@" >/dev/null
echo "$(($(now) - begun)) $mebibytes" |
    awk '{ printf "%-32s %8.1f MiB/s\n", "sealing " $2 " MiB", $2 * 1000000 / $1 }'
if [ -f usage ]; then
    awk '/Maximum resident set size/ { printf "%-32s %8.1f MiB\n", "memory at its peak", $NF / 1024 }' usage
fi
