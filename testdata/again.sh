#!/bin/sh
# Records again what testdata/FOLDER holds, in an environment of its own and an
# empty folder, both below DIR, and says how far that is from what is committed.
#
# usage: testdata/again.sh FOLDER DIR
#
# FOLDER is matplotlib or sklearn, DIR does not exist yet, and PYTHON names a
# Python 3.11 if python3 is another. Status 0 if all is within the bounds.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$2"
mkdir "$2/files"
"${PYTHON:-python3}" -m venv "$2/env"
"$2/env/bin/pip" install -q -r "$here/$1/requirements.txt"
cd "$2/files"
export PYTHONDONTWRITEBYTECODE=1
../env/bin/python "$here/$1/record.py"
../env/bin/python "$here/differences.py" "$here/$1" .
