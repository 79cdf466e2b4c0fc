#!/bin/sh
# Files a folder whose subfolders are called like kinds of records:
#
#     import.sh CLIENT FOLDER
#
#     FOLDER/progress-note/2026-11-02.txt
#     FOLDER/letter/to the school.pdf
#     FOLDER/recording/intake.ogg
#
# Each subfolder is filed as a whole or not at all. Prints the new records' ids. The files stay where they are: delete them
# when you have seen the records.
set -eu

client=${1:?"usage: import.sh CLIENT FOLDER"}
folder=${2:?"usage: import.sh CLIENT FOLDER"}

# A misspelt kind is found before anything is filed: to list records of a kind that there is not, is a mistake.
for kind in "$folder"/*/; do
    subrosa --batch list --client "$client" --kind "$(basename "$kind")" --limit 1 >/dev/null
done
for kind in "$folder"/*/; do
    subrosa --batch add --recursive "$kind" --client "$client" --kind "$(basename "$kind")" --tag imported
done
