#!/bin/sh
# The vault among other tools: grep, jq and tar.
#
#     pipe.sh CLIENT WORD DIRECTORY
#
# Tells how many records of each kind a client has and which texts hold a word, then files a directory as one archive and
# lists what is in it. Piped, subrosa writes bare lines with tabs, or one JSON object with --json, and asks nothing.
set -eu

client=${1:?"usage: pipe.sh CLIENT WORD DIRECTORY"}
word=${2:?"usage: pipe.sh CLIENT WORD DIRECTORY"}
directory=${3:?"usage: pipe.sh CLIENT WORD DIRECTORY"}

echo "kinds:"
subrosa list --client "$client" --json |
    jq -r '.records | group_by(.kind)[] | "  \(length) \(.[0].kind)"'

# The texts go from one process to the next, and never to the disk.
echo "records that say \"$word\":"
subrosa list --client "$client" --json | jq -r '.records[] | select(.media_type | startswith("text/")).id' |
    while read -r record; do
        if subrosa show "$record" | grep -qiF -e "$word"; then
            echo "  $record"
        fi
    done

echo "in the archive:"
archive=$(tar -c -C "$directory" . | subrosa --batch add - --client "$client" --kind other --name archive.tar)
subrosa show "$archive" | tar -t | sed 's/^/  /'
