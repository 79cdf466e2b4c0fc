#!/bin/sh
# A nightly backup of a vault that is in use: one archive, tried before it counts as a backup.
#
#     backup.sh DIRECTORY
#
# The archive is sealed as the vault is, and may lie anywhere; the key that opens it is not in it. Nobody writes to the vault
# while it is read: a command that wants to, waits. In a crontab:
#
#     15 3 * * *  SUBROSA_IDENTITY=$HOME/backup-key.txt backup.sh /media/backup
#
# Needs flock (util-linux) and GNU tar. Ends with 0 only if there is a new archive that is whole.
set -eu
umask 077

target=${1:?"usage: backup.sh DIRECTORY"}
vault=${SUBROSA_VAULT:-${XDG_DATA_HOME:-$HOME/.local/share}/subrosa/vault}

work=$(mktemp -d "$target/.unfinished.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Packages that wait to be handed over, and what is only being filed, are no part of a backup. tar ends with 1 where a
# file came or went while it looked: such files were being filed, and the check below says if one was missed.
status=0
flock -s -w 600 -E 75 "$vault/lock" \
    tar -c -f "$work/vault.tar" -C "$vault" --exclude ./outbox --exclude ./incoming . || status=$?
if [ "$status" -gt 1 ]; then
    echo "backup.sh: the vault could not be copied ($status)" >&2
    exit 1
fi

# A backup that nobody has opened is a hope. This reads every record to its end.
mkdir "$work/vault"
tar -x -f "$work/vault.tar" -C "$work/vault"
subrosa --batch check --copy "$work/vault" --read-data >&2

name=$target/vault-$(date -u +%Y%m%dT%H%M%SZ)-$$.tar
mv "$work/vault.tar" "$name"
echo "$name"
